import type { Origin } from '../alerts/origin.js'
import type { DetectorOptions } from '../detector/detector.js'
import type { DetectorListener } from '../detector/options.js'
import type { TrainerFault } from '../detector/training/trainer-options.js'
import type { SentinelListener, SentinelLog } from './options.js'

/** What a sentinel hears of its detector. */
export interface Hearer {
  /** A forest was fitted. */
  fitted(): void
  /** What was learnt is lost. */
  lostState(): void
  /** The time at which records are judged, ms. */
  readonly judgedAtMs: number
}

/** Hears from a detector, for its sentinel and for whoever listens to that. */
export class Hearing {
  /** Told once it is there. */
  sentinel: Hearer | null = null
  readonly options: Pick<DetectorOptions, DetectorListener | 'clock'>

  constructor(log: SentinelLog, listeners: readonly SentinelListener[], origin?: Origin) {
    this.options = {
      clock: () => (this.sentinel === null ? 0 : this.sentinel.judgedAtMs),
      onFit: (fit) => {
        if (fit.outcome === 'ok') this.sentinel?.fitted()
        for (const listener of listeners) listener.fitted?.(fit)
        if (fit.outcome === 'failed')
          log.error({ ...origin, err: fit.error, generation: fit.generation }, 'fit failed')
      },
      onStateLost: (err) => {
        log.error(
          { ...origin, err },
          'records cannot be judged by the state that was restored; it is learnt afresh',
        )
        this.sentinel?.lostState()
      },
      onTrainerFault: (fault) => tellTrainerFault(fault, listeners, log),
    }
  }
}

/** @internal */
export function tellTrainerFault(
  fault: TrainerFault,
  listeners: readonly SentinelListener[],
  log: SentinelLog,
): void {
  for (const listener of listeners) listener.trainerFault?.(fault)
  log.warn({ err: fault.error, kind: fault.kind }, trainerFaultText(fault))
}

function trainerFaultText({ next }: TrainerFault): string {
  return next === 'inline'
    ? 'trainer thread failed; training runs inline from now on'
    : 'trainer thread failed; a new one starts with the next fit'
}
