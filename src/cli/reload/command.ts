import process from 'node:process'
import { loadConfig } from '../../config/config.js'
import { environmentWithFile } from '../../config/dotenv.js'
import { argumentsOf, usageError } from '../arguments.js'
import { CommandError, EXIT } from '../exit.js'
import { writeOut } from '../write-out.js'

export const RELOAD_USAGE = `Usage: codeflow-sentinel reload PID

Has a running sentinel read its settings anew: the file that SENTINEL_CONFIG names, .env, and the files of tokens. It is
the same as the signal SIGHUP, but settings that this command can read are checked before. What the service made of them
its log says.

Exit codes: 0 the service was told, 2 the settings or the call are wrong, 3 there is no such process of this user.
`

/**
 * Tells a process to read its settings anew.
 * @returns the exit code
 * @throws CommandError for a call that is wrong or a process that is not there, ConfigError for settings that cannot be used
 */
export async function reload(args: readonly string[]): Promise<number> {
  const { values, positionals } = argumentsOf('reload', args, { help: { type: 'boolean', short: 'h' } })
  if (values.help === true) {
    await writeOut(RELOAD_USAGE)
    return EXIT.done
  }
  const [pid = '', ...others] = positionals
  if (!/^[1-9]\d{0,9}$/.test(pid) || others.length > 0)
    throw usageError('reload needs the id of one process; see codeflow-sentinel reload --help')
  loadConfig(environmentWithFile())
  try {
    process.kill(Number(pid), 'SIGHUP')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new CommandError(
      EXIT.input,
      code === 'EPERM' ? `process ${pid} belongs to another user` : `there is no process ${pid}`,
    )
  }
  return EXIT.done
}
