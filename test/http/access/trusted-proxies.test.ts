import { beforeEach, expect, test, vi } from 'vitest'
import type { App } from '#sentinel/http/app.js'
import { NORMAL, startApp } from '../subject.js'

type Headers = Record<string, string>

const callers = Array.from({ length: 20 }, (_, n) => `203.0.113.${n + 1}`)
const spellings: [string, (caller: string) => Headers][] = [
  ['x-forwarded-for', (caller) => ({ 'x-forwarded-for': caller })],
  ['x-forwarded-for with ports', (caller) => ({ 'x-forwarded-for': `${caller}:4711` })],
  ['x-forwarded-for over two proxies', (caller) => ({ 'x-forwarded-for': `${caller}, 10.1.2.3` })],
  ['forwarded', (caller) => ({ forwarded: `for=${caller};proto=https` })],
  ['forwarded, quoted', (caller) => ({ forwarded: `proto=http; For="${caller}:80" , for="[fd00::5]:1"` })],
  ['both', (caller) => ({ 'x-forwarded-for': caller, forwarded: `for=${caller}` })],
]

// A second is long when other tests run beside these, so none passes.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
  return () => vi.useRealTimers()
})

/** How many of requests with these headers, one after the other, are refused. */
async function refusedOf(app: App, headers: readonly Headers[]): Promise<number> {
  let refused = 0
  for (const each of headers) {
    const answer = await app.inject({ method: 'POST', url: '/analyze-flow', payload: NORMAL, headers: each })
    if (answer.statusCode === 429) refused++
  }
  return refused
}

function limited(environment: Record<string, string>): Promise<App> {
  return startApp({ SENTINEL_RATE_LIMIT: '5', ...environment })
}

const SENTINEL_TRUST_PROXY = '127.0.0.1, 10.0.0.0/8, fd00::/8'

test.each(spellings)('lets 20 callers behind trusted proxies through: %s', async (_what, headers) => {
  const app = await limited({ SENTINEL_TRUST_PROXY })
  expect(await refusedOf(app, callers.map(headers))).toBe(0)
  // Each of them has a limit nevertheless: one request of the five was above.
  expect(await refusedOf(app, Array(6).fill(headers('203.0.113.1')))).toBe(2)
})

test.each(spellings)('believes nobody else: %s', async (_what, headers) => {
  expect(await refusedOf(await limited({}), callers.map(headers))).toBe(15)
  const others = await limited({ SENTINEL_TRUST_PROXY: '192.0.2.7' })
  expect(await refusedOf(others, callers.map(headers))).toBe(15)
})

test.each<[string, (caller: string) => Headers]>([
  ['hops before the last one', (caller) => ({ 'x-forwarded-for': `${caller}, 203.0.113.99` })],
  ['the port', (caller) => ({ 'x-forwarded-for': `203.0.113.99:${4000 + Number(caller.split('.')[3])}` })],
  [
    'a header that the proxy handed through',
    (caller) => ({ forwarded: `for=${caller}`, 'x-forwarded-for': '203.0.113.99' }),
  ],
  ['what is no address', (caller) => ({ 'x-forwarded-for': `_${caller}` })],
  ['a name', (caller) => ({ forwarded: `for=_hidden${caller.split('.')[3]}` })],
])('nobody gets more by making up %s', async (_what, headers) => {
  expect(await refusedOf(await limited({ SENTINEL_TRUST_PROXY }), callers.map(headers))).toBe(15)
})
