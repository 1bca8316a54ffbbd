import { VERSION } from '../config/version.js'
import { argumentsOf, usageError } from './arguments.js'
import { EXIT } from './exit.js'
import { writeOut } from './write-out.js'

const USAGE = 'Usage: codeflow-sentinel version\n\nPrints the version.\n'

/** @returns the exit code @throws CommandError in one line */
export async function version(args: readonly string[]): Promise<number> {
  const { values, positionals } = argumentsOf('version', args, { help: { type: 'boolean', short: 'h' } })
  if (positionals.length > 0) throw usageError('version takes no arguments')
  await writeOut(values.help === true ? USAGE : `${VERSION}\n`)
  return EXIT.done
}
