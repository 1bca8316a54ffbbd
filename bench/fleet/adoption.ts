import { decodeModel, encodeModel, hashOf } from '#sentinel/fleet/model/model-blob.js'
import { nextTurn } from '#sentinel/runtime/timers.js'
import type { Following } from '#sentinel/sentinel/following.js'
import { Sentinel } from '#sentinel/sentinel.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { codeRunnerTraffic } from '../../made-up/traffic.js'
import { quantile } from '../race.js'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** What it takes to hand a model on. */
export interface Adoption {
  readonly routes: number
  /** Bytes, compressed. */
  readonly modelBytes: number
  /** Longest turn of the event loop as it is captured, and as it is taken over, ms. */
  readonly capturedMs: number
  readonly adoptedMs: number
  /** From the bytes to the model in use, ms. */
  readonly wholeMs: number
}

/** Names of many routes that are merged with no other. */
function routeOf(i: number): string {
  return `/shop/${LETTERS[i % 26]}${LETTERS[Math.floor(i / 26) % 26]}`
}

/** The longest turn of the event loop while something goes on, and all of them together, ms. */
async function turnsOf(work: () => Promise<void>): Promise<{ longest: number; whole: number }> {
  let longest = 0
  let whole = 0
  let ended = false
  let lastMs = performance.now()
  const look = (): void => {
    const turnMs = performance.now() - lastMs
    longest = Math.max(longest, turnMs)
    whole += turnMs
    lastMs = performance.now()
    if (!ended) setImmediate(look)
  }
  setImmediate(look)
  await work()
  ended = true
  return { longest, whole }
}

/** Hands the model of a sentinel of so many routes on to another one, again and again. The middle one of all rounds counts. */
export async function measureAdoption(routes: number, rounds: number): Promise<Adoption> {
  const teacher = await Sentinel.create()
  const taught = teacher.join({ judged() {} })
  const records = Math.max(6_000, 60 * routes)
  for (const [i, record] of codeRunnerTraffic(records, 3).entries()) {
    teacher.judge({ ...record, route: routeOf(i % routes) } as Telemetry)
    if (i % 500 === 0) await nextTurn()
  }
  await teacher.detector.settled()
  const pupil = await Sentinel.create()
  const following: Following = pupil.join({ judged() {} })
  const captured: number[] = []
  const adopted: number[] = []
  const whole: number[] = []
  let bytes: Uint8Array = new Uint8Array(0)
  for (let round = 0; round < rounds; round++) {
    const capture = await turnsOf(async () => {
      bytes = await encodeModel(taught.capture())
    })
    captured.push(capture.longest)
    const turns = await turnsOf(async () => {
      const prepared = await following.prepare(await decodeModel(bytes), nextTurn)
      following.adopt(prepared, hashOf(bytes))
    })
    adopted.push(turns.longest)
    whole.push(turns.whole)
  }
  await teacher.close()
  await pupil.close()
  return {
    ...{ routes, modelBytes: bytes.length, capturedMs: quantile(captured, 0.5) },
    ...{ adoptedMs: quantile(adopted, 0.5), wholeMs: quantile(whole, 0.5) },
  }
}
