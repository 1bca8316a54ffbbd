import type { Alarm, AlarmState } from '../alerts/alarm.js'
import type { AlertDesk, Decision } from '../alerts/alert-desk.js'
import type { Detector, DetectorState } from '../detector/detector.js'
import { StateError } from '../state/section.js'
import { inTurns } from '../state/steps.js'

/** What was taken from a record. */
export interface RatedValues {
  /** Raw, in feature order. */
  readonly values: ArrayLike<number>
  /** 1 for each that the record lacked; null where it had them all. */
  readonly missing: Uint8Array | null
}

/** Sees every record that was judged and may be learnt from; it must neither keep the values nor throw. */
export interface RecordObserver {
  /**
   * @param route as the record names it
   * @param rated its values, valid during the call, and which of them it lacked
   * @param decision how rare it is, and whether somebody is told of it; valid during the call
   * @param expected whether an operator expects records like it
   */
  judged(route: string | undefined, rated: RatedValues, decision: Decision, expected: boolean): void
}

/** All that judging a record depends on, captured. */
export interface CapturedModel {
  readonly detector: DetectorState
  readonly alarm: AlarmState | null
}

/** A captured model that was restored beside the one in use. */
export interface PreparedModel {
  readonly detector: Detector
  readonly alarm: Alarm | null
}

/**
 * Has a sentinel judge by models that were learnt elsewhere. The next one is restored beside the one in use, which goes on
 * answering; then the two change places between two records.
 */
export class Following {
  readonly #detector: Detector
  readonly #desk: AlertDesk
  readonly #newDetector: () => Promise<Detector>
  /** What the next model is restored in; null where there is none yet. */
  #spare: Detector | null = null
  readonly #onAdopt: () => void
  #name: string | null = null

  /** @param onAdopt told when another model is in use */
  constructor(
    detector: Detector,
    desk: AlertDesk,
    newDetector: () => Promise<Detector>,
    onAdopt: () => void = () => {},
  ) {
    this.#onAdopt = onAdopt
    this.#detector = detector
    this.#desk = desk
    this.#newDetector = newDetector
  }

  /** Name of the model in use; null while the sentinel learns by itself. */
  get name(): string | null {
    return this.#detector.frozen ? this.#name : null
  }

  /** What is judged by now. */
  capture(): CapturedModel {
    return { detector: this.#detector.capture(), alarm: this.#desk.capture() }
  }

  /**
   * Restores a model beside the one in use. One at a time: the next call makes what the one before returned useless.
   * @param turn lets whoever waits for the event loop have a turn
   * @throws StateError when it does not fit
   */
  async prepare(
    { detector: state, alarm }: CapturedModel,
    turn: () => Promise<void>,
  ): Promise<PreparedModel> {
    this.#spare ??= await this.#newDetector()
    const detector = this.#spare
    await inTurns(detector.restoring(state), turn)
    if (!detector.trained) throw new StateError('its forest was grown under other options')
    return { detector, alarm: await inTurns(this.#desk.restoring(alarm), turn) }
  }

  /** Judges by a prepared model from the next record on, and learns nothing until `thaw`. */
  adopt({ detector, alarm }: PreparedModel, name: string): void {
    const learning = !this.#detector.frozen
    this.#detector.exchange(detector)
    this.#detector.freeze(name)
    this.#desk.follow(alarm)
    this.#name = name
    this.#onAdopt()
    if (!learning) return
    // It may be in the middle of a fit.
    this.#spare = null
    void detector.close()
  }

  /** Learns by itself again, from the model in use on. */
  thaw(): void {
    this.#detector.thaw()
    this.#desk.thaw()
  }

  async close(): Promise<void> {
    await this.#spare?.close()
  }
}
