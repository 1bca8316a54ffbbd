// A thread that sends one batch after the other, so that whoever times single requests is not kept from it.
import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

const agent = new Agent({ keepAlive: true })
const body = Buffer.from(workerData.body)
const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length }
let batches = 0
let stopping = false
parentPort.on('message', () => {
  stopping = true
})

function send() {
  if (stopping) {
    parentPort.postMessage(batches)
    parentPort.close()
    return
  }
  const sent = request(workerData.url, { method: 'POST', agent, headers }, (answer) => {
    answer.resume()
    answer.once('end', () => {
      if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode}`)
      batches++
      send()
    })
  })
  sent.end(body)
}
send()
