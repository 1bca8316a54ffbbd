// A service with OpenTelemetry's SDK and its instrumentation of HTTP, whose spans a sentinel judges. It asks itself, and
// prints what was exported: node traced-service.mjs PACKAGE.json SHARE
import { createRequire } from 'node:module'
import process from 'node:process'
import { SentinelSampler, SentinelSpanProcessor } from '#sentinel/adapters/opentelemetry.js'
import { Sentinel } from '#sentinel/sentinel.js'

const [, , packages, share] = process.argv
const require = createRequire(packages)
const sdk = require('@opentelemetry/sdk-trace-node')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')

/** Anomalies counted, by action, as a meter of OpenTelemetry's would. */
const counted = []
const meter = {
  createCounter: (name) => ({ add: (value, attributes) => counted.push({ name, value, ...attributes }) }),
}
// Until there is a forest the static limits decide.
const sentinel = await Sentinel.create({ detector: { rules: { latency: 250 } } })
const processor = new SentinelSpanProcessor({ sentinel, meter, errorStatuses: [401] })
const exporter = new sdk.InMemorySpanExporter()
const provider = new sdk.NodeTracerProvider({
  sampler: new SentinelSampler(new sdk.TraceIdRatioBasedSampler(Number(share))),
  spanProcessors: [processor, new sdk.SimpleSpanProcessor(exporter)],
})
provider.register()
registerInstrumentations({ instrumentations: [new HttpInstrumentation()], tracerProvider: provider })

const http = require('node:http')
const server = http.createServer((request, response) => {
  request.resume()
  const slow = request.url.startsWith('/slow')
  setTimeout(() => response.writeHead(request.url === '/secret' ? 401 : 200).end('ok'), slow ? 400 : 1)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))

/** Judged records, as the sentinel was given them. */
const records = []
const judge = sentinel.judge.bind(sentinel)
sentinel.judge = (record) => {
  records.push(record)
  return judge(record)
}

const ask = (path, body = '') =>
  new Promise((resolve, reject) => {
    const { port } = server.address()
    const options = { host: '127.0.0.1', port, path, method: body === '' ? 'GET' : 'POST', agent: false }
    const sent = http.request(options, (response) => response.resume().once('end', resolve))
    sent.once('error', reject)
    sent.end(body)
  })
for (let i = 0; i < 3; i++) await ask('/quick?token=secret')
await ask('/secret')
await ask('/slow?token=secret', 'x'.repeat(100))

// The last span ends when its response has been closed.
while (records.length < 5) await new Promise((resolve) => setTimeout(resolve, 5))
server.close()
await provider.forceFlush()
await sentinel.close()
const spans = exporter.getFinishedSpans().map(({ kind, attributes, events }) => ({
  kind,
  attributes,
  events: events.map(({ name, attributes: said }) => ({ name, attributes: said })),
}))
console.log(JSON.stringify({ spans, records, counted, counts: processor.counts }))
