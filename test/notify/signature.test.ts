import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { signatureHeaders } from '#sentinel/notify/signature.js'
import { root } from '../docs/markdown.js'
import { readmeSection } from '../runtimes/readme-section.js'
import { incidentOf } from './incidents.js'
import { type Post, ReceiverStandIn } from './stand-in.js'
import { webhookTo } from './subject.js'

const SECRET = 'correct-horse-battery'
const OPENED = { kind: 'opened', incident: incidentOf({ route: '/ünïcode' }) } as const

type Check = (headers: Post['headers'], body: string | Buffer, secret: string, nowMs: number) => boolean

/** The receiver's side, as docs/operations.md gives it to copy. */
async function documentedCheck(): Promise<Check> {
  const { js } = await readmeSection(join(root, 'docs/operations.md'), 'Checking the signature')
  const module = await import(
    `data:text/javascript,${encodeURIComponent(`${js}\nexport { isFromSentinel }`)}`
  )
  return module.isFromSentinel
}

test('a post that is signed passes the check of the docs, and nothing else does', async () => {
  const receiver = await ReceiverStandIn.start()
  const { webhook, clock, outcomes } = webhookTo(receiver.url, { secret: SECRET })
  webhook.notify(OPENED)
  await outcomes.first(1)
  const { headers, body } = receiver.posts[0] as Post
  const now = clock.nowMs()
  const isFromSentinel = await documentedCheck()
  expect(isFromSentinel(headers, Buffer.from(body), SECRET, now)).toBe(true)
  expect(isFromSentinel(headers, Buffer.from(body), `${SECRET}!`, now)).toBe(false)
  expect(isFromSentinel(headers, Buffer.from(`${body} `), SECRET, now)).toBe(false)
  const later = { ...headers, 'x-sentinel-timestamp': String(Number(headers['x-sentinel-timestamp']) + 1) }
  expect(isFromSentinel(later, Buffer.from(body), SECRET, now)).toBe(false)
  expect(isFromSentinel({}, Buffer.from(body), SECRET, now)).toBe(false)
  expect(isFromSentinel(headers, Buffer.from(body), SECRET, now + 10 * 60_000)).toBe(false)
})

test('each try is signed with its own time', async () => {
  const receiver = await ReceiverStandIn.start()
  receiver.next.push(500)
  const { webhook, clock, outcomes } = webhookTo(receiver.url, { secret: SECRET })
  webhook.notify(OPENED)
  await clock.pass(1_000)
  await outcomes.first(1)
  const times = receiver.posts.map(({ headers }) => headers['x-sentinel-timestamp'])
  expect(times).toEqual(['1767225610', '1767225611'])
  const signatures = receiver.posts.map(({ headers }) => headers['x-sentinel-signature'])
  expect(signatures[0]).not.toBe(signatures[1])
})

test('the signature is the HMAC-SHA256 of time, dot and body', () => {
  const mac = createHmac('sha256', SECRET).update('1767225610.{"a":"ü"}').digest('hex')
  expect(signatureHeaders(SECRET, '{"a":"ü"}', 1_767_225_610_999)).toEqual({
    'x-sentinel-timestamp': '1767225610',
    'x-sentinel-signature': `sha256=${mac}`,
  })
})

test('without a secret nothing is signed', async () => {
  const receiver = await ReceiverStandIn.start()
  const { webhook, outcomes } = webhookTo(receiver.url)
  webhook.notify(OPENED)
  await outcomes.first(1)
  expect(Object.keys(receiver.posts[0]?.headers ?? {}).filter((name) => name.startsWith('x-'))).toEqual([])
})
