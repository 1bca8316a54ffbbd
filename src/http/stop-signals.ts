import process from 'node:process'

/** What asks the service to stop. A terminal that closes and what restarts programs while they change count, too. */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const
export type StopSignal = (typeof STOP_SIGNALS)[number]

const heard: StopSignal[] = []
let listener: ((signal: StopSignal) => void) | null = null

// Listened for as soon as this is loaded: a signal that comes while the rest still is would end the process half-way,
// and the first process of a container would never hear of it.
for (const signal of STOP_SIGNALS) {
  process.on(signal, () => {
    heard.push(signal)
    listener?.(signal)
  })
}

// Node would open its debugger, to which whoever reaches it may say what to run.
process.on('SIGUSR1', () => {})

/** Whether somebody has asked already. */
export function stopRequested(): boolean {
  return heard.length > 0
}

/** Tells of every signal, those that came before first. */
export function onStopSignal(tell: (signal: StopSignal) => void): void {
  listener = tell
  for (const signal of heard) tell(signal)
}
