/**
 * An operator's word that cannot be taken, with a message for them. `unknown`: there is no such thing; `confirm`: it
 * reaches far, and has to be confirmed; `conflict`: not as things are.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'

  constructor(
    readonly kind: 'unknown' | 'confirm' | 'conflict',
    message: string,
  ) {
    super(message)
  }
}
