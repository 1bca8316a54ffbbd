// How long does a save hold up what else waits? `npx tsx bench/save-slices.ts`: the longest turns of the event loop that
// a save takes, with few routes and with as many as may be.
import process from 'node:process'
import { setImmediate as turn } from 'node:timers/promises'
import { Sentinel } from '#sentinel/sentinel.js'
import type { StateStore } from '#sentinel/state/state-store.js'
import { codeRunnerTraffic } from '../made-up/traffic.js'
import { table } from './table.js'

const WANTED_MS = 5
const SAVES = 9
const SHAPES = [
  { routes: 3, records: 20_000 },
  { routes: 512, records: 60_000 },
  { routes: 10_000, records: 150_000 },
] as const

/** Takes a state and keeps no more than its size. */
class Sink implements StateStore {
  readonly path = 'nowhere'
  bytes = 0

  async read(): Promise<null> {
    return null
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.bytes = bytes.length
  }

  async setAside(): Promise<string> {
    return this.path
  }
}

/** A name without digits, which would be taken for what identifies something. */
function letters(n: number): string {
  return [...n.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')
}

/** How long each turn of a save took; the first captures all that is not captured late. */
async function save(sentinel: Sentinel): Promise<number[]> {
  let before = performance.now()
  let done = false
  const saved = sentinel.save().then(() => {
    done = true
  })
  const turnsMs = [performance.now() - before]
  while (!done) {
    before = performance.now()
    await turn()
    turnsMs.push(performance.now() - before)
  }
  await saved
  return turnsMs
}

/** The same turn of several saves does the same: what it took at the least is its own, and no other process' turn. */
function least(saves: readonly (readonly number[])[]): number[] {
  const turns = Math.min(...saves.map(({ length }) => length))
  return Array.from({ length: turns }, (_, k) => Math.min(...saves.map((one) => one[k] as number)))
}

const rows: string[][] = []
let worst = 0
for (const { routes, records } of SHAPES) {
  const store = new Sink()
  const sentinel = await Sentinel.create({
    detector: { fit: 'sync', retrainEvery: 5000, routesMax: Math.max(512, routes) },
    state: { store, intervalMs: 1e9 },
  })
  const judge = (from: number, to: number): void => {
    for (const [i, record] of codeRunnerTraffic(to - from, 3 + from).entries())
      sentinel.judge(
        routes === 3 ? record : { ...record, route: `/${letters(((from + i) * 7919) % routes)}` },
      )
  }
  judge(0, records)
  const saves = []
  for (let n = 0; n < SAVES; n++) {
    // Otherwise there is nothing new to save.
    judge(records + n, records + n + 1)
    saves.push(await save(sentinel))
  }
  const [first = 0, ...others] = least(saves)
  const longest = Math.max(...others)
  worst = Math.max(worst, first, longest)
  rows.push([
    String(routes),
    `${(store.bytes / 2 ** 20).toFixed(1)} MiB`,
    String(others.length + 1),
    `${first.toFixed(2)} ms`,
    `${longest.toFixed(2)} ms`,
    `turn ${others.indexOf(longest) + 1}`,
  ])
  await sentinel.close()
}
const head = ['routes', 'state', 'turns', 'the first, which captures', 'longest of the others', 'which']
process.stdout.write(
  `${table(head, rows)}\n\nthe longest: ${worst.toFixed(2)} ms, wanted at most ${WANTED_MS}\n`,
)
