import { type ParseArgsConfig, parseArgs } from 'node:util'
import { CommandError, EXIT } from './exit.js'

/**
 * Reads the arguments of a command.
 * @throws CommandError in one line where they do not fit
 */
export function argumentsOf<Options extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: readonly string[],
  options: Options,
): ReturnType<typeof parseArgs<{ args: string[]; allowPositionals: true; options: Options }>> {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    const [message] = (error as Error).message.split('\n', 1)
    throw usageError(`${message}; see codeflow-sentinel ${command} --help`)
  }
}

/** One of some names. @throws CommandError naming those that are allowed */
export function oneOf<Name extends string>(option: string, value: string, allowed: readonly Name[]): Name {
  const found = allowed.find((each) => each === value)
  if (found !== undefined) return found
  throw usageError(
    `${option} must be one of ${allowed.join(', ')}; got ${JSON.stringify(value.slice(0, 40))}`,
  )
}

export function usageError(message: string): CommandError {
  return new CommandError(EXIT.usage, message)
}
