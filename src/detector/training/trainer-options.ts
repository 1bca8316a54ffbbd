/** What became of a thread: it died, did not answer in time, ran out of memory, or never was ready for work. */
export type TrainerFaultKind = 'crash' | 'hang' | 'memory' | 'start'

export interface TrainerFault {
  readonly kind: TrainerFaultKind
  readonly error: Error
  /** Who fits from now on. */
  readonly next: 'worker' | 'inline'
}

/** @internal */
export interface TrainerOptions {
  /** Told of a thread that could not be started, died or hung. */
  readonly onFault?: ((fault: TrainerFault) => void) | undefined
  /** The thread's module; another one is for tests of what follows when it fails. */
  readonly thread?: URL | undefined
  readonly watchdogMs?: number | undefined
}
