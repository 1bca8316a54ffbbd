import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { Trainer } from '#sentinel/detector/training/trainer.js'
import { Arena } from '#sentinel/forest/arena.js'

const { FakeWorker } = await vi.hoisted(async () => {
  const { EventEmitter } = await import('node:events')
  class FakeWorker extends EventEmitter {
    static readonly made: FakeWorker[] = []
    static refuse = false
    readonly orders: unknown[] = []
    constructor() {
      super()
      if (FakeWorker.refuse) throw new Error('no threads here')
      FakeWorker.made.push(this)
    }
    postMessage(order: unknown): void {
      this.orders.push(order)
    }
    ref(): void {}
    unref(): void {}
    terminate(): Promise<number> {
      return Promise.resolve(0)
    }
  }
  return { FakeWorker }
})

const { getBuiltinModule } = process
vi.spyOn(process, 'getBuiltinModule').mockImplementation((name: string) =>
  name === 'node:worker_threads' ? { Worker: FakeWorker } : getBuiltinModule(name),
)

const shape = { nFeatures: 1, nTrees: 20, subsampleSize: 16, maxRows: 32, nSlots: 2 }
const faults: string[] = []

async function trainerOf(shared: boolean) {
  const arena = await Arena.create(shape, { shared })
  for (let i = 0; i < 32; i++) arena.training[i * arena.rowStride] = i
  const order = { base: arena.base, slot: 0, nRows: 32, nTrees: 20, seed: 1, contamination: 0.1 } as const
  return { arena, order, trainer: new Trainer(arena, { onFault: ({ error }) => faults.push(error.message) }) }
}

beforeEach(() => {
  FakeWorker.made.length = 0
  FakeWorker.refuse = false
  faults.length = 0
})

test('a thread that dies fails its fit, and the next fit gets a new thread', async () => {
  const { trainer, order } = await trainerOf(true)
  const first = trainer.fit(order)
  FakeWorker.made[0]?.emit('message', { durationMs: 3 })
  expect(await first).toBe(3)
  const second = trainer.fit(order)
  FakeWorker.made[0]?.emit('exit', 1)
  await expect(second).rejects.toThrow('exited with 1')
  const third = trainer.fit(order)
  expect(FakeWorker.made).toHaveLength(2)
  FakeWorker.made[1]?.emit('message', { durationMs: 4 })
  expect(await third).toBe(4)
  expect(trainer.kind).toBe('worker')
  await trainer.close()
})

test('a thread that is going is waited for before there is another, by a fit and ahead of one', async () => {
  const { trainer, order } = await trainerOf(true)
  const first = trainer.fit(order)
  const [leaving] = FakeWorker.made
  let goes = (): void => {}
  const gone = new Promise<number>((resolve) => {
    goes = () => resolve(0)
  })
  vi.spyOn(leaving as NonNullable<typeof leaving>, 'terminate').mockReturnValue(gone)
  const failed = expect(first).rejects.toThrow('it still runs')
  leaving?.emit('error', new Error('it still runs'))
  await failed
  trainer.prepare()
  const second = trainer.fit(order)
  expect(FakeWorker.made).toHaveLength(1)
  goes()
  await vi.waitUntil(() => FakeWorker.made[1]?.orders.length === 1)
  FakeWorker.made[1]?.emit('message', { durationMs: 4 })
  expect(await second).toBe(4)
  expect(FakeWorker.made).toHaveLength(2)
  await trainer.close()
})

test('threads that die before they are ready, three in a row, are the last: training runs inline', async () => {
  const { trainer, order, arena } = await trainerOf(true)
  for (const [n, kind] of ['worker', 'worker', 'inline'].entries()) {
    const fit = trainer.fit(order)
    const failed = expect(fit).rejects.toThrow('cannot load')
    await vi.waitUntil(() => FakeWorker.made[n]?.orders.length === 1)
    FakeWorker.made[n]?.emit('error', new Error('cannot load'))
    await failed
    expect(trainer.kind).toBe(kind)
  }
  expect(faults).toHaveLength(3)
  await trainer.fit(order)
  expect(arena.wasm.fittedRows(arena.base, 0)).toBe(32)
  await trainer.close()
})

test('where no thread can be started training runs inline, and says so', async () => {
  FakeWorker.refuse = true
  const { trainer, arena, order } = await trainerOf(true)
  await trainer.fit(order)
  expect(arena.wasm.fittedRows(arena.base, 0)).toBe(32)
  expect(trainer.kind).toBe('inline')
  expect(faults).toHaveLength(1)
  expect(faults[0]).toContain('no threads here')
})

test('there is no thread before one is needed, and one is enough', async () => {
  const { trainer, order } = await trainerOf(true)
  expect(FakeWorker.made).toHaveLength(0)
  trainer.prepare()
  trainer.prepare()
  const fit = trainer.fit(order)
  FakeWorker.made[0]?.emit('message', { durationMs: 3 })
  await fit
  expect(FakeWorker.made).toHaveLength(1)
  await trainer.close()
  trainer.prepare()
  expect(FakeWorker.made).toHaveLength(1)
})

test('a memory that cannot be shared is trained in inline', async () => {
  const { trainer, order } = await trainerOf(false)
  expect(trainer.kind).toBe('inline')
  expect(await trainer.fit(order)).toBeGreaterThanOrEqual(0)
  expect(FakeWorker.made).toHaveLength(0)
})

test('an error that the thread reports fails the fit and leaves the thread in use', async () => {
  const { trainer, order } = await trainerOf(true)
  const fit = trainer.fit(order)
  FakeWorker.made[0]?.emit('message', { error: 'no rows' })
  await expect(fit).rejects.toThrow('no rows')
  expect(trainer.kind).toBe('worker')
})

test('closing gives up the fit in flight', async () => {
  const { trainer, order } = await trainerOf(true)
  const fit = trainer.fit(order)
  const given = expect(fit).rejects.toThrow('closed')
  await trainer.close()
  await given
})

test('a fit that comes while another is in flight is refused, and the other goes on', async () => {
  const { trainer, order } = await trainerOf(true)
  const fit = trainer.fit(order)
  await expect(trainer.fit(order)).rejects.toThrow('in flight')
  FakeWorker.made[0]?.emit('message', { durationMs: 3 })
  expect(await fit).toBe(3)
  expect(FakeWorker.made[0]?.orders).toEqual([order])
  await trainer.close()
})

test('nothing is fitted after closing', async () => {
  for (const shared of [true, false]) {
    const { trainer, order } = await trainerOf(shared)
    await trainer.close()
    await expect(trainer.fit(order)).rejects.toThrow('closed')
    expect(FakeWorker.made).toHaveLength(0)
  }
})

test('a thread that says nothing for a minute is given up, and one that answers before is not', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { trainer, order } = await trainerOf(true)
  const answered = trainer.fit(order)
  await vi.advanceTimersByTimeAsync(59_999)
  FakeWorker.made[0]?.emit('message', { durationMs: 59_999 })
  expect(await answered).toBe(59_999)
  const failed = expect(trainer.fit(order)).rejects.toThrow('did not answer')
  await vi.advanceTimersByTimeAsync(59_999)
  expect(faults).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  await failed
  expect(faults).toHaveLength(1)
})
