/** What a command ends with. */
export const EXIT = {
  done: 0,
  /** A requirement that was asked for is not met. */
  missed: 1,
  usage: 2,
  /** Input that cannot be read. */
  input: 3,
} as const

/** Ends a command with one line for whoever called it. */
export class CommandError extends Error {
  override readonly name = 'CommandError'

  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message)
  }
}
