import process from 'node:process'
import { isatty } from 'node:tty'

/** What asks the service to stop; what restarts programs while they change counts, too. */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGUSR2'] as const
/** Says that a terminal has closed, which stops the service, or that it is to read its settings anew. */
const HANGUP = 'SIGHUP'
export type StopSignal = (typeof STOP_SIGNALS)[number] | typeof HANGUP

const STDIN = 0
const heard: StopSignal[] = []
let listener: ((signal: StopSignal) => void) | null = null
let reloadWanted = false
let onReload: (() => void) | null = null
const hadTerminal = isatty(STDIN)

// Listened for as soon as this is loaded: a signal that comes while the rest still is would end the process half-way,
// and the first process of a container would never hear of it.
for (const signal of STOP_SIGNALS) process.on(signal, () => stop(signal))
process.on(HANGUP, () => {
  // A terminal that is gone is none any more.
  if (hadTerminal && !isatty(STDIN)) stop(HANGUP)
  else if (onReload === null) reloadWanted = true
  else onReload()
})

// Node would open its debugger, to which whoever reaches it may say what to run.
process.on('SIGUSR1', () => {})

function stop(signal: StopSignal): void {
  heard.push(signal)
  listener?.(signal)
}

/** Whether somebody has asked already. */
export function stopRequested(): boolean {
  return heard.length > 0
}

/** Tells of every signal that asks to stop, those that came before first. */
export function onStopSignal(tell: (signal: StopSignal) => void): void {
  listener = tell
  for (const signal of heard) tell(signal)
}

/** Tells of every signal that asks to read the settings anew; once of those that came before. */
export function onReloadSignal(tell: () => void): void {
  onReload = tell
  if (reloadWanted) tell()
}
