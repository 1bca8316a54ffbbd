/**
 * npm run fuzz [-- --seconds 60] [-- --target state,logs] [-- --seed 1]
 *
 * Gives what reads bytes from outside changed inputs, and goes on from those that run what no input ran before, as V8's
 * own coverage tells: no native fuzzer has to be built, and ES modules run as they are. What runs something new is kept in
 * test/chaos/corpus, which every test run reads again. Ends with 1 for an input that makes a reader do what it must not.
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { splitMix64 } from '../../test/forest/split-mix.js'
import { corpusOf, keep } from './corpus.js'
import { Coverage } from './coverage.js'
import { mutated } from './mutations.js'
import { closeTargets, TARGETS, type Target } from './targets.js'

/** To ask what ran takes as long as many inputs: these are tried before it is asked. */
const TOGETHER = 64
const PATIENCE_MS = 5000

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string', default: Object.keys(TARGETS).join() },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
  },
})
const names = values.target.split(',')
const unknown = names.find((name) => !Object.hasOwn(TARGETS, name))
if (unknown !== undefined)
  throw new Error(`no target ${unknown}; there are ${Object.keys(TARGETS).join(', ')}`)

const random = splitMix64(Number(values.seed), 0)
process.stdout.write(`seed ${values.seed}\n`)
for (const name of names) await fuzz(name, TARGETS[name] as Target, Number(values.seconds) * 1000)
await closeTargets()

async function fuzz(name: string, target: Target, forMs: number): Promise<void> {
  const coverage = new Coverage()
  const inputs: Buffer[] = []
  /** Keeps those that run something new: looked for by halves. */
  const search = async (some: readonly Buffer[], keeping: (input: Buffer) => void): Promise<void> => {
    for (const input of some) await ran(name, target, input)
    const [only] = some
    if (some.length === 1 && only !== undefined) {
      if (coverage.takeNew() === 0) return
      inputs.push(only)
      keeping(only)
    } else if (coverage.hasNew()) {
      const half = Math.ceil(some.length / 2)
      await search(some.slice(0, half), keeping)
      await search(some.slice(half), keeping)
    }
  }
  for (const input of corpusOf(name)) await search([input], () => {})
  for (const seed of target.seeds) await search([Buffer.from(seed as string)], (input) => keep(name, input))
  const begun = inputs.length
  const one = (): Buffer => inputs[random.below(inputs.length)] as Buffer
  let tried = 0
  for (const until = performance.now() + forMs; performance.now() < until; tried += TOGETHER)
    await search(
      Array.from({ length: TOGETHER }, () => mutated(one(), one(), random)),
      (input) => keep(name, input),
    )
  const grown = inputs.length - begun
  process.stdout.write(
    `${name}: ${tried} inputs, ${coverage.size} parts, ${inputs.length} kept, ${grown} of them new\n`,
  )
}

async function ran(name: string, target: Target, input: Buffer): Promise<void> {
  const startedMs = performance.now()
  try {
    await target.run(input)
    const tookMs = performance.now() - startedMs
    if (tookMs > PATIENCE_MS) throw new Error(`it took ${tookMs.toFixed(0)} ms`)
  } catch (error) {
    process.exitCode = 1
    process.stdout.write(`${name}: ${keep(name, input)} brings ${(error as Error).stack}\n`)
  }
}
