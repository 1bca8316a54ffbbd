/**
 * npm run test:mutation [-- --target state,access] [-- --each 20] [-- --seed 1] [-- --least 0.7]
 *
 * Changes the built program in one place at a time, in a copy of the repository, and runs the tests that should notice.
 * A change that no test notices survives, and is listed. Ends with 1 where less than the least share was noticed.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { splitMix64 } from '../../test/forest/split-mix.js'
import { type Mutant, mutantsOf } from './mutants.js'
import { TARGETS } from './targets.js'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
/** A change may have made something wait for ever: so many times as long as without it. */
const PATIENCE = 4
const LEAST_PATIENCE_MS = 60_000
const LONGEST_MS = 900_000

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    each: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    least: { type: 'string', default: '0.6' },
  },
})

/** A copy whose files may be changed. */
function copyOfRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), 'sentinel-mutation-'))
  const left = new Set(['node_modules', '.git'])
  cpSync(REPOSITORY, copy, { recursive: true, filter: (path) => !left.has(basename(path)) })
  symlinkSync(join(REPOSITORY, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** Runs Node in the copy; false where it ends with another code than 0, or not in time. */
async function succeeds(copy: string, args: readonly string[], timeoutMs: number): Promise<boolean> {
  const child = spawn(process.execPath, args, { cwd: copy, stdio: 'ignore', detached: true })
  const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), timeoutMs)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(timer)
  return code === 0
}

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

const wanted = values.target?.split(',')
const copy = copyOfRepository()
let tried = 0
let noticed = 0
try {
  for (const { name, files, build, tests } of TARGETS) {
    if (wanted !== undefined && !wanted.includes(name)) continue
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', '--maxWorkers', '1', ...tests]
    const startedMs = performance.now()
    if (!(await succeeds(copy, vitest, LONGEST_MS)))
      throw new Error(`the tests of ${name} fail without any change`)
    const patienceMs = Math.max(PATIENCE * (performance.now() - startedMs), LEAST_PATIENCE_MS)
    for (const file of files) {
      const path = join(copy, file)
      const source = readFileSync(path, 'utf8')
      const mutants = sample(mutantsOf(source), Number(values.each), Number(values.seed))
      for (const { from, to, text, what } of mutants) {
        writeFileSync(path, source.slice(0, from) + text + source.slice(to))
        // What no compiler takes is no change.
        if (build !== undefined && !(await succeeds(copy, build, LONGEST_MS))) continue
        tried++
        if (!(await succeeds(copy, vitest, patienceMs))) noticed++
        else console.log(`survived: ${file}:${lineOf(source, from)} ${what}`)
      }
      writeFileSync(path, source)
      if (build !== undefined) await succeeds(copy, build, LONGEST_MS)
    }
    console.log(`${name}: ${noticed} of ${tried} noticed so far`)
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
const share = tried === 0 ? 1 : noticed / tried
console.log(`${noticed} of ${tried} changes were noticed: ${(100 * share).toFixed(0)}%`)
if (share < Number(values.least)) process.exitCode = 1
