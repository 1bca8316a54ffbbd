import { hash } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { RedisBus } from '#sentinel/fleet/bus/redis-bus.js'
import { until } from '../../until.js'
import { describeFleet } from '../describe-fleet.js'

/** The hash of a model, by a name for it. */
const named = (name: string): string => hash('sha256', name)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describeFleet('the bus over Redis', (redis) => {
  async function bus(fleet: string, holder: string, leaseMs = 60_000): Promise<RedisBus> {
    const opened = await RedisBus.open({
      url: redis().url,
      prefix: `{${fleet}}`,
      holder,
      leaseMs,
      onError: () => {},
    })
    onTestFinished(() => opened.close())
    await until(
      () =>
        opened.head().then(
          () => true,
          () => false,
        ),
      'the bus answering',
    )
    return opened
  }

  const publication = (name: string) => ({
    ...{ hash: named(name), position: '1-0', words: '2-0', replicas: 3 },
    ...{ bytes: bytes(name), after: null },
  })

  test('one holds the lease, and each epoch is higher than all before it', async () => {
    const [a, b] = [await bus('lease', 'a'), await bus('lease', 'b')]
    expect(await a.acquire(0)).toBe(1)
    expect(await b.acquire(0)).toBeNull()
    expect(await a.renew(1)).toBe(true)
    await a.resign(1)
    expect(await a.renew(1)).toBe(false)
    expect(await b.acquire(41)).toBe(42)
  })

  test('what is published under a lease that is over is refused, and changes nothing', async () => {
    const [a, b] = [await bus('fence', 'a', 200), await bus('fence', 'b')]
    expect(await a.acquire(0)).toBe(1)
    const first = await a.publish(1, publication('one'))
    expect(first).toEqual({
      ...{ version: 1, epoch: 1, hash: named('one') },
      ...{ position: '1-0', words: '2-0', replicas: 3 },
    })
    await until(async () => (await b.acquire(0)) !== null, 'the lease being over')
    expect(await a.publish(1, { ...publication('two'), after: first as never })).toBe('fenced')
    expect(await a.tell(1, bytes('{}'))).toBe(false)
    expect(await b.head()).toEqual(first)
    expect(await b.model(named('two'))).toBeNull()
    expect(await b.publish(2, publication('three'))).toBe('overtaken')
    expect(await b.publish(2, { ...publication('three'), after: first as never })).toMatchObject({
      version: 2,
    })
  })

  test('an epoch that comes up again after a loss of data is not that of the one before', async () => {
    const [a, b] = [await bus('flush', 'a'), await bus('flush', 'b')]
    expect(await a.acquire(0)).toBe(1)
    const client = redis().client()
    await client.del('{flush}:lease', '{flush}:epoch')
    client.disconnect()
    expect(await b.acquire(0)).toBe(1)
    expect(await a.publish(1, publication('one'))).toBe('fenced')
    expect(await a.renew(1)).toBe(false)
  })

  test('a head that was lost is put back, and never in the place of a newer one', async () => {
    const a = await bus('put-back', 'a')
    const head = { version: 7, epoch: 3, hash: named('seven'), position: '5-1', words: '2-0', replicas: 2 }
    await a.putBack(head, bytes('seven'), [])
    expect(await a.head()).toEqual(head)
    await a.putBack({ ...head, version: 6, hash: named('six') }, bytes('six'), [])
    expect(await a.head()).toEqual(head)
    expect(Buffer.from((await a.model(named('seven'))) ?? []).toString()).toBe('seven')
  })

  test('words are told in their order, with their age, and put back under their places where they were lost', async () => {
    const [a, b] = [await bus('words', 'a'), await bus('words', 'b')]
    for (const text of ['one', 'two']) await a.say(bytes(text))
    const { words } = await b.news('', '')
    expect(words.map((one) => Buffer.from(one.bytes).toString())).toEqual(['one', 'two'])
    for (const { ageMs } of words) expect(ageMs).toBeLessThan(60_000)
    const [first, second] = words
    expect(await b.news('', first?.position ?? '')).toMatchObject({
      notes: [],
      words: [{ position: second?.position }],
    })
    const client = redis().client()
    await client.del('{words}:words')
    client.disconnect()
    const head = { version: 1, epoch: 1, hash: named('one'), position: '', words: '', replicas: 1 }
    await b.putBack(head, bytes('one'), words)
    expect((await a.news('', '')).words.map(({ position }) => position)).toEqual(
      words.map(({ position }) => position),
    )
    // Those that are there, or older than what is there, stay as they are.
    await a.putBack({ ...head, version: 2 }, bytes('one'), words)
    await a.say(bytes('three'))
    expect((await b.news('', '')).words).toHaveLength(3)
  })

  test('samples are read in their order, from behind a position on', async () => {
    const a = await bus('samples', 'a')
    for (const text of ['one', 'two', 'three']) await a.send(bytes(text))
    const all = await a.read('', 10)
    expect(all.map((one) => Buffer.from(one.bytes).toString())).toEqual(['one', 'two', 'three'])
    expect(await a.newest()).toBe(all[2]?.position)
    expect(await a.read(all[1]?.position ?? '', 10)).toEqual([all[2]])
  })
})
