import type { Status } from '../../../src/http/schemas/live.js'
import { created, elementOf } from '../../shared/page-elements.js'
import { count, counted, percent, span } from '../words.js'

/** What the strip shows, in its order. The first six open the dashboard in deploy/grafana, too. */
export const TILES = [
  'Records a second',
  'Odd share',
  'Alerted share',
  'Incidents open',
  'Learning',
  'Generation',
  'Baseline',
  'Explanations',
  'Fleet',
] as const
type TileName = (typeof TILES)[number]

/** So many digits of a model's hash tell it from others; replicas that show the same judge alike. */
const HASH_DIGITS = 8

/** A figure with its name and a line below. */
interface Tile {
  readonly value: HTMLElement
  readonly note: HTMLElement
}

/** How the service stands, in one row. */
export class StatusStrip {
  readonly #tiles = new Map<TileName, Tile>()
  readonly #progress = created('progress')

  constructor() {
    const strip = elementOf('strip', HTMLElement)
    for (const name of TILES) {
      const tile = created('div')
      const value = created('dd', 'value', '–')
      const note = created('dd', 'about', ' ')
      tile.append(created('dt', '', name), value, note)
      strip.append(tile)
      this.#tiles.set(name, { value, note })
    }
    // Where none is configured there is nothing to say of one.
    this.#showFleet(undefined)
    this.#progress.setAttribute('aria-label', 'Records until the first forest')
    this.#progress.hidden = true
    const bar = created('dd', 'progress')
    bar.append(this.#progress)
    this.#tiles.get('Learning')?.note.after(bar)
  }

  show(status: Status, nowMs: number): void {
    const { incidents_open: open, of } = status
    // What is counted by time is not counted for each baseline.
    if (of?.entity === undefined) this.#showShares(status, '')
    else this.#showShares(status, `, all of ${of.detector}`)
    this.#write('Incidents open', count(open), open === 0 ? 'all calm' : 'see below')
    this.#tiles.get('Incidents open')?.value.classList.toggle('bad', open > 0)
    this.#showLearning(status)
    this.#showGeneration(status, nowMs)
    this.#write('Baseline', status.baseline, ABOUT_BASELINE[status.baseline])
    this.#write('Explanations', NAME_OF[status.explanations], ABOUT_MODEL[status.explanations])
    this.#showFleet(status.fleet)
  }

  /** @param whose what they are of, where that is not what is shown */
  #showShares(status: Status, whose: string): void {
    const { minute, hour } = status
    const share = (part: number, all: number): string => (all === 0 ? '–' : percent(part / all))
    const rate = status.alert_rate === null ? '' : `, ${percent(status.alert_rate)} set`
    const odd = `${share(hour.odd, hour.records)} in an hour${whose}`
    this.#write(
      'Records a second',
      status.records_a_second.toLocaleString('en'),
      whose === '' ? `${count(hour.records)} in an hour` : 'of this baseline',
    )
    this.#write('Odd share', share(minute.odd, minute.records), odd)
    if (whose === '')
      this.#write(
        'Alerted share',
        share(minute.alerts, minute.records),
        `${share(hour.alerts, hour.records)} in an hour${rate}`,
      )
    else this.#write('Alerted share', percent(status.alert_share), `by themselves${rate}`)
  }

  #showGeneration(
    { model_generation: generation, model_fitted_at: fittedAt, of }: Status,
    nowMs: number,
  ): void {
    const age = fittedAt === null ? 'age not known' : `fitted ${span(nowMs - Date.parse(fittedAt))} ago`
    if (generation === 0) this.#write('Generation', 'none yet', 'static limits decide')
    else if (of !== undefined && of.baselines > 1)
      this.#write('Generation', `${count(of.trained)} of ${count(of.baselines)}`, 'baselines have a forest')
    else this.#write('Generation', count(generation), age)
  }

  #showFleet(fleet: Status['fleet']): void {
    const tile = this.#tiles.get('Fleet')
    const element = tile?.value.parentElement
    if (element == null) return
    element.hidden = fleet === undefined
    element.parentElement?.classList.toggle('with-fleet', fleet !== undefined)
    if (fleet === undefined) return
    const { role, model, replicas, version, connected } = fleet
    const by = model === null ? 'learns by itself' : `model ${count(version)}, ${model.slice(0, HASH_DIGITS)}`
    const about = role === 'leader' ? `${by}, of ${counted(replicas, 'replica')}` : by
    this.#write('Fleet', role, connected ? about : `the bus does not answer; ${by}`)
    tile?.value.classList.toggle('bad', !connected)
  }

  #showLearning({
    baseline,
    learning_paused_until: pausedUntil,
    samples,
    samples_needed: needed,
  }: Status): void {
    const learning = needed > 0
    this.#progress.hidden = !learning
    if (baseline === 'given') this.#write('Learning', 'off', 'a given forest judges')
    else if (pausedUntil !== null)
      this.#write('Learning', 'paused', `until ${new Date(pausedUntil).toLocaleTimeString()}`)
    else if (!learning) this.#write('Learning', 'on', `${counted(samples, 'record')} known`)
    else {
      this.#write(
        'Learning',
        `${count(samples)} of ${count(samples + needed)}`,
        'records until the first forest',
      )
      this.#progress.max = samples + needed
      this.#progress.value = samples
    }
  }

  #write(name: TileName, value: string, note: string): void {
    const tile = this.#tiles.get(name)
    if (tile === undefined) return
    if (tile.value.textContent !== value) tile.value.textContent = value
    if (tile.note.textContent !== note) tile.note.textContent = note
  }
}

const ABOUT_BASELINE: Readonly<Record<Status['baseline'], string>> = {
  guarded: 'an attack cannot fill it',
  window: 'the last records',
  given: 'a forest from a file',
}

const NAME_OF: Readonly<Record<Status['explanations'], string>> = {
  rules: 'rules',
  unknown: 'rules',
  up: 'model up',
  down: 'rules',
}

const ABOUT_MODEL: Readonly<Record<Status['explanations'], string>> = {
  rules: 'no language model is asked',
  unknown: 'no model was asked yet',
  up: 'a language model adds its words',
  down: 'no language model answers',
}
