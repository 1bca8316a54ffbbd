#!/usr/bin/env node
import process from 'node:process'
import { CommandError, EXIT } from './cli/exit.js'
import { keepCompiled } from './v8/compile-cache.js'

/** What the program does besides serving; each is loaded when it is asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<number>>>> = {
  check: async () => (await import('./cli/check/command.js')).check,
  fit: async () => (await import('./cli/table/fit.js')).fit,
  prove: async () => (await import('./cli/prove/command.js')).prove,
  reload: async () => (await import('./cli/reload/command.js')).reload,
  replay: async () => (await import('./cli/replay/command.js')).replay,
  score: async () => (await import('./cli/table/score.js')).score,
  version: async () => (await import('./cli/version.js')).version,
  watch: async () => (await import('./cli/watch/command.js')).watch,
}

keepCompiled()
const [command = 'serve', ...args] = process.argv.slice(2)
if (Object.hasOwn(COMMANDS, command)) process.exitCode = await run(command, args)
else if (command === 'serve' || command.startsWith('-')) await serve()
else
  fail(
    EXIT.usage,
    `there is no command ${JSON.stringify(command)}; there are serve, ${Object.keys(COMMANDS).join(', ')}`,
  )

async function run(name: string, given: readonly string[]): Promise<number> {
  try {
    return await (await (COMMANDS[name] as (typeof COMMANDS)[string])())(given)
  } catch (error) {
    // Whoever read the output has seen enough.
    if ((error as { code?: string }).code === 'EPIPE') return EXIT.done
    if (error instanceof CommandError) return fail(error.exitCode, error.message)
    if ((error as { code?: string }).code === 'SENTINEL_BAD_CONFIG')
      return fail(EXIT.usage, (error as Error).message)
    throw error
  }
}

async function serve(): Promise<void> {
  if (process.argv[2] === 'serve') process.argv.splice(2, 1)
  await import('./server.js')
}

function fail(exitCode: number, message: string): number {
  process.stderr.write(`codeflow-sentinel: ${message}\n`)
  process.exitCode = exitCode
  return exitCode
}
