/**
 * npm run test:mutation [-- --target state,access] [-- --file dist/state/codec.js] [-- --each 20] [-- --seed 1]
 *                       [-- --least 0.7]
 *
 * Changes the built program in one place at a time, in a copy of the repository, and runs the tests that should notice:
 * those that run that place, the quickest first, until one fails. A change that no test notices survives, and is listed.
 * Ends with 1 where less than the least share was noticed.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { splitMix64 } from '../../test/forest/split-mix.js'
import { type Mutant, mutantsOf } from './mutants.js'
import { TARGETS, type Target } from './targets.js'
import { type Rehearsal, TriedCopy } from './tried-copy.js'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
/** A change may have made something wait for ever: so many times as long as without it. */
const PATIENCE = 4
const LEAST_PATIENCE_MS = 20_000

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    file: { type: 'string' },
    each: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    least: { type: 'string', default: '0.6' },
  },
})

/** So many of the changes, the same for a seed. */
function sample(mutants: readonly Mutant[], n: number, seed: number): Mutant[] {
  const random = splitMix64(seed, 0)
  const left = [...mutants]
  const chosen: Mutant[] = []
  while (chosen.length < n && left.length > 0) chosen.push(...left.splice(random.below(left.length), 1))
  return chosen
}

function lineOf(source: string, at: number): number {
  return source.slice(0, at).split('\n').length
}

/** The test files of paths, of which some are folders. */
function testFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    statSync(join(REPOSITORY, path)).isDirectory()
      ? readdirSync(join(REPOSITORY, path), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.test.ts'))
          .map((name) => `${path}/${name}`)
          .sort()
      : [path],
  )
}

/** Whether any of the tests notices a change; null where no compiler takes it. */
async function isNoticed(
  copy: TriedCopy,
  file: string,
  { from }: Mutant,
  { build }: Target,
  rehearsals: readonly Rehearsal[],
): Promise<boolean | null> {
  if (build !== undefined && !(await copy.succeeds(build))) return null
  const running = build === undefined ? rehearsals.filter(({ ran }) => ran.has(file, from)) : rehearsals
  if (running.length === 0) return false
  const usualMs = running.reduce((sum, { tookMs }) => sum + tookMs, 0)
  const tests = running.map(({ test }) => test)
  return !(await copy.passes(tests, Math.max(PATIENCE * usualMs, LEAST_PATIENCE_MS)))
}

const wanted = values.target?.split(',')
const copy = new TriedCopy(REPOSITORY)
let tried = 0
let noticed = 0
try {
  for (const target of TARGETS) {
    const { name, build } = target
    const files = target.files.filter((file) => values.file === undefined || values.file === file)
    if (files.length === 0 || (wanted !== undefined && !wanted.includes(name))) continue
    const before = { tried, noticed }
    const rehearsals: Rehearsal[] = []
    for (const test of testFiles(target.tests)) {
      const rehearsal = await copy.rehearse(test)
      if (rehearsal !== null) rehearsals.push(rehearsal)
      else console.log(`left out: ${test}, which fails or tries nothing here`)
    }
    if (rehearsals.length === 0) throw new Error(`every test of ${name} fails without any change`)
    rehearsals.sort((a, b) => a.tookMs - b.tookMs)
    for (const file of files) {
      const source = copy.read(file)
      for (const mutant of sample(mutantsOf(source), Number(values.each), Number(values.seed))) {
        const { from, to, text, what } = mutant
        copy.write(file, source.slice(0, from) + text + source.slice(to))
        const outcome = await isNoticed(copy, file, mutant, target, rehearsals)
        if (outcome === null) continue
        tried++
        if (outcome) noticed++
        else console.log(`survived: ${file}:${lineOf(source, from)} ${what}`)
      }
      copy.write(file, source)
      if (build !== undefined) await copy.succeeds(build)
    }
    console.log(`${name}: ${noticed - before.noticed} of ${tried - before.tried} noticed`)
  }
} finally {
  copy.remove()
}
const share = tried === 0 ? 1 : noticed / tried
console.log(`${noticed} of ${tried} changes were noticed: ${(100 * share).toFixed(0)}%`)
if (share < Number(values.least)) process.exitCode = 1
