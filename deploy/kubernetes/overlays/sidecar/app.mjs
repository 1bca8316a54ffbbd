// The example app: answers a greeting and reports every request to the sentinel in its pod. A sentinel that is slow
// or gone costs nobody anything: the report is sent after the answer, with a time-out, and its failure is ignored.
import { createServer } from 'node:http'

const SENTINEL = (process.env.SENTINEL_URL || 'http://127.0.0.1:8000').replace(/\/+$/, '')
const TIMEOUT_MS = 2_000

function report(record) {
  return fetch(`${SENTINEL}/analyze-flow`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(record),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
    .then((response) => response.json())
    .then((verdict) => {
      if (verdict.status === 'THREAT_DETECTED') console.warn(`${verdict.action}: ${verdict.reason}`)
    })
    .catch((error) => console.warn(`no verdict: ${error.message}`))
}

const server = createServer((request, response) => {
  const arrivedAt = performance.now()
  let inputLength = 0
  request.on('data', (chunk) => {
    inputLength += chunk.length
  })
  request.on('end', () => response.end('hello\n'))
  response.on('finish', () => {
    const latency = performance.now() - arrivedAt
    void report({
      latency,
      input_length: inputLength,
      errors: Number(response.statusCode >= 500),
      route: '/',
    })
  })
})
server.listen(Number(process.env.PORT || 8080), () =>
  console.log(`example app at port ${server.address().port}`),
)
process.once('SIGTERM', () => server.close())
