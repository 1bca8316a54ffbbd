// Sends spans with OpenTelemetry's own SDK and exporter: node export-spans.mjs PACKAGE.json http|proto URL
import { createRequire } from 'node:module'
import process from 'node:process'

const [, , packages, encoding, url] = process.argv
const require = createRequire(packages)
const { SpanKind, SpanStatusCode, context, trace } = require('@opentelemetry/api')
const { NodeTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-node')
const { resourceFromAttributes } = require('@opentelemetry/resources')
const { OTLPTraceExporter } = require(`@opentelemetry/exporter-trace-otlp-${encoding}`)

const exporter = new OTLPTraceExporter({ url, compression: 'gzip', timeoutMillis: 20_000 })
const results = []
const send = exporter.export.bind(exporter)
exporter.export = (spans, done) =>
  send(spans, (result) => {
    results.push({ code: result.code, error: result.error?.message })
    done(result)
  })
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'checkout' }),
  spanProcessors: [new BatchSpanProcessor(exporter)],
})
const tracer = provider.getTracer('test')
const startMs = Date.now() - 60_000

/** A span that took so long, in ms. */
function span(name, kind, ms, attributes, finish = () => {}) {
  const span = tracer.startSpan(
    name,
    { kind, startTime: startMs, attributes },
    trace.deleteSpan(context.active()),
  )
  finish(span)
  span.end(startMs + ms)
}

const cart = { 'http.request.method': 'GET', 'http.route': '/cart/:id', 'http.response.status_code': 200 }
for (let i = 0; i < 3; i++)
  span('GET /cart/:id', SpanKind.SERVER, 100 + i, { ...cart, 'http.request.body.size': 40 })
span('GET /cart/:id', SpanKind.SERVER, 20_000, { ...cart, 'http.response.status_code': 500 }, (broken) => {
  broken.recordException(new Error('no such cart'))
  broken.setStatus({ code: SpanStatusCode.ERROR })
})
span('orders process', SpanKind.CONSUMER, 12.5, { 'messaging.destination.name': 'orders' })
span('SELECT', SpanKind.CLIENT, 5, { 'db.system': 'postgresql' })
await provider.shutdown()
process.stdout.write(JSON.stringify(results))
