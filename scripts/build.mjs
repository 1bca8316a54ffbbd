/**
 * npm run build [-- goal or steps]: runs what a goal needs, every step as soon as what it reads is there, and as many
 * at once as there are processors. Goals: `all` (default), `service`, which is what a start needs, and `check`, all
 * with the linter and the types of the tests.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const TSC = 'node_modules/typescript/bin/tsc'
// Threads of the compiler check shared types once each, and the steps keep the processors busy.
const ONE_THREAD = '--singleThreaded'

/** What node runs, and which steps must have ended before, if they run at all. The longest come first. */
const STEPS = {
  wasm: { command: ['assembly/build.mjs', 'plain', 'shared'] },
  ts: { command: ['scripts/build-sources.mjs'] },
  docs: { command: ['scripts/build-docs-pages.mjs'] },
  browser: { command: ['scripts/build-browser-module.mjs'], after: ['wasm', 'ts'] },
  dashboard: { command: ['scripts/build-dashboard.mjs'] },
  report: { command: ['scripts/build-report.mjs'] },
  playground: { command: ['scripts/build-playground.mjs'], after: ['browser'] },
  package: {
    command: ['scripts/build-package.mjs'],
    after: ['browser', 'docs', 'dashboard', 'playground', 'report'],
  },
  // They take the place of modules that the package is made of.
  programs: { command: ['scripts/bundle-programs.mjs'], after: ['browser', 'package'] },
  'wasm-debug': { command: ['assembly/build.mjs', 'debug'] },
  // What tests and benchmarks know of the sources' types: they import what is built.
  declarations: {
    command: [TSC, '-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--noCheck', ONE_THREAD],
  },
  // The examples import the package by its name, and so what is published.
  types: {
    command: [TSC, '-p', 'tsconfig.json', '--noEmit', ONE_THREAD],
    after: ['declarations', 'package'],
  },
  lint: { command: ['node_modules/@biomejs/biome/bin/biome', 'ci', '.'] },
}

const SERVICE = ['wasm', 'ts', 'docs', 'browser', 'dashboard', 'playground', 'report', 'programs']
const GOALS = {
  service: SERVICE,
  all: [...SERVICE, 'package', 'wasm-debug', 'declarations'],
  check: Object.keys(STEPS),
}

const wanted = process.argv.slice(2).flatMap((name) => GOALS[name] ?? [name])
const steps = new Set(wanted.length > 0 ? wanted : GOALS.all)
const unknown = [...steps].find((name) => STEPS[name] === undefined)
if (unknown !== undefined) {
  console.error(`no step ${unknown}; there are ${Object.keys({ ...GOALS, ...STEPS }).join(', ')}`)
  process.exit(1)
}

const cwd = fileURLToPath(new URL('..', import.meta.url))
const waiting = new Set(Object.keys(STEPS).filter((name) => steps.has(name)))
const unfinished = new Set(waiting)
const running = new Map()
while (unfinished.size > 0) {
  for (const name of waiting) {
    const { command, after = [] } = STEPS[name]
    if (running.size >= availableParallelism() || after.some((each) => unfinished.has(each))) continue
    waiting.delete(name)
    const child = spawn(process.execPath, command, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
    running.set(
      name,
      once(child, 'exit').then(([code]) => ({ name, code })),
    )
  }
  const { name, code } = await Promise.race(running.values())
  running.delete(name)
  unfinished.delete(name)
  if (code !== 0) {
    console.error(`the build stops: ${name} failed`)
    // What still runs ends by itself; nothing else is begun.
    process.exitCode = 1
    break
  }
}
