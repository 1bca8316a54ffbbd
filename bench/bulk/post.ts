import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true })

/** Posts a body whole, and waits for the whole answer. @throws Error for any status but 200 */
export function post(url: URL, body: Buffer, headers: Readonly<Record<string, string>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } }
    const sent = request(url, options, (answer) => {
      answer.resume()
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve()
        else reject(new Error(`HTTP ${answer.statusCode} at ${url.pathname}`))
      })
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

export const NDJSON = { 'content-type': 'application/x-ndjson' } as const
export const PROTOBUF = { 'content-type': 'application/x-protobuf' } as const
