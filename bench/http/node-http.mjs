// The floor: node:http, the body parsed and nothing checked.
import { createServer } from 'node:http'

const ANSWER = JSON.stringify({ status: 'OK' })

createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    JSON.parse(body)
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': ANSWER.length,
    })
    response.end(ANSWER)
  })
}).listen(Number(process.env.SENTINEL_PORT), '127.0.0.1')
