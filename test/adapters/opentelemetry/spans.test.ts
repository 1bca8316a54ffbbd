import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { SentinelSampler, SentinelSpanProcessor } from '#sentinel/adapters/opentelemetry.js'
import { Sentinel } from '#sentinel/sentinel.js'

const [INTERNAL, SERVER, CLIENT, , CONSUMER] = [0, 1, 2, 3, 4]
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

/** A span of the form that SDKs 1.x and 2.x give, without an SDK. */
function spanOf(attributes: Record<string, unknown>, more: object = {}) {
  const context = { traceId: TRACE, spanId: SPAN, traceFlags: 0 }
  return {
    name: 'GET',
    kind: SERVER as number,
    attributes: attributes as Record<string, string>,
    status: { code: 0 },
    duration: [1, 500_000_000] as const,
    events: [] as { name: string }[],
    spanContext: () => context,
    setAttribute: vi.fn(),
    addEvent: vi.fn(),
    ...more,
  }
}

async function judged(...spans: ReturnType<typeof spanOf>[]) {
  const sentinel = await Sentinel.create()
  onTestFinished(() => sentinel.close())
  const judge = vi.spyOn(sentinel, 'judge')
  const processor = new SentinelSpanProcessor({ sentinel })
  for (const span of spans) {
    processor.onEnding(span)
    processor.onEnd(span)
  }
  return { processor, records: judge.mock.calls.map(([record]) => record) }
}

describe('a span makes the record that its conventions say', () => {
  test.each([
    [
      'HTTP of today',
      {
        'http.request.method': 'POST',
        'http.route': '/u/:id',
        'http.response.status_code': 200,
        'http.request.body.size': 321,
      },
      { input_length: 321, errors: 0, route: '/u/:id' },
    ],
    [
      'HTTP of before',
      {
        'http.method': 'POST',
        'http.route': '/u/:id',
        'http.status_code': 503,
        'http.request_content_length': '321',
      },
      { input_length: 321, errors: 1, route: '/u/:id' },
    ],
    [
      'an error of the service',
      { 'http.route': '/u', 'http.response.status_code': 500, 'error.type': '500' },
      { errors: 1 },
    ],
    [
      'a refused caller',
      { 'http.route': '/u', 'http.response.status_code': 404, 'error.type': '404' },
      { errors: 0 },
    ],
    ['an error without an answer', { 'http.route': '/u', 'error.type': 'ECONNRESET' }, { errors: 1 }],
    ['no route', { 'url.path': '/u/17', 'http.response.status_code': 200 }, { route: '/u/17' }],
    ['a target with a query', { 'http.target': '/u/17?token=secret' }, { route: '/u/17' }],
    ['nothing but a name', {}, { route: 'GET', input_length: 0, errors: 0 }],
    [
      'RPC',
      { 'rpc.system': 'grpc', 'rpc.service': 'shop.Cart', 'rpc.method': 'Add' },
      { route: 'shop.Cart/Add' },
    ],
    [
      'messages',
      { 'messaging.destination.name': 'orders', 'messaging.message.body.size': 99 },
      { route: 'orders', input_length: 99 },
    ],
  ])('%s', async (_, attributes, record) => {
    const { records } = await judged(spanOf(attributes))
    expect(records).toMatchObject([{ latency: 1500, traceparent: `00-${TRACE}-${SPAN}-00`, ...record }])
  })

  test('an error by the status of the span, or an exception that it recorded', async () => {
    const { records } = await judged(
      spanOf({}, { status: { code: 2 } }),
      spanOf({}, { events: [{ name: 'exception' }], kind: CONSUMER }),
      spanOf({}, { events: [{ name: 'other' }] }),
    )
    expect(records.map(({ errors }) => errors)).toEqual([1, 1, 0])
  })
})

test('what the service itself asked for, or did inside, is not judged', async () => {
  const { records } = await judged(spanOf({}, { kind: CLIENT }), spanOf({}, { kind: INTERNAL }))
  expect(records).toEqual([])
})

test('an SDK that tells of ended spans alone has them judged once', async () => {
  const sentinel = await Sentinel.create()
  onTestFinished(() => sentinel.close())
  const processor = new SentinelSpanProcessor({ sentinel })
  const span = spanOf({})
  processor.onEnd(span)
  expect(processor.counts.judged).toBe(1)
  expect(span.setAttribute).not.toHaveBeenCalled()
})

test('broken spans and closed sentinels cost the count', async () => {
  const sentinel = await Sentinel.create()
  const processor = new SentinelSpanProcessor({ sentinel })
  processor.onEnding(spanOf({}, { duration: undefined }))
  processor.onEnding(
    spanOf(
      {},
      {
        setAttribute() {
          throw new Error('ended')
        },
      },
    ),
  )
  await sentinel.close()
  processor.onEnding(spanOf({}))
  expect(processor.counts).toMatchObject({ judged: 1, broken: 1, callbackErrors: 1, unanswered: 1 })
})

test('the sampler has spans judged that are not exported, and changes nothing else', () => {
  const asked: unknown[][] = []
  const sampler = new SentinelSampler({
    shouldSample: (...told: unknown[]) => {
      asked.push(told)
      return { decision: told[2] === 'kept' ? 2 : 0, attributes: { by: 'it' } }
    },
    toString: () => 'Never',
  })
  expect(sampler.toString()).toBe('SentinelSampler{Never}')
  const decide = (name: string, kind: number) => sampler.shouldSample({}, TRACE, name, kind, {}, [])
  expect(decide('dropped', SERVER)).toEqual({ decision: 1, attributes: { by: 'it' } })
  expect(decide('dropped', CONSUMER).decision).toBe(1)
  expect(decide('dropped', CLIENT).decision).toBe(0)
  expect(decide('kept', SERVER).decision).toBe(2)
  expect(asked).toHaveLength(4)
})
