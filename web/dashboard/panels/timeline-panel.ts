import type { TimelineColumns } from '../../../src/activity/timeline-columns.js'
import { created, elementOf } from '../../shared/page-elements.js'
import { TimelinePlots } from '../charts/timeline-plots.js'
import { appended, EMPTY, mended, secondsOf, trimmed } from '../timeline-data.js'
import { routeLabel } from '../words.js'
import { Readout } from './readout.js'

const RANGES = [
  { name: '5 min', seconds: 300 },
  { name: '15 min', seconds: 900 },
  { name: '1 h', seconds: 3600 },
  { name: '6 h', seconds: 21_600 },
  { name: '24 h', seconds: 86_400 },
] as const
/** Up to here buckets of five seconds are kept. */
const FINE_UP_TO = 3600
const ZOOM = 2
/** How often what the ticks do not carry is fetched: one route, and wide buckets. */
const ROUTE_EVERY_MS = 5_000
const COARSE_EVERY_MS = 30_000

export interface TimelineListener {
  /** Another span is wanted, in seconds. */
  readonly onRange: (seconds: number) => void
}

/** Records and scores over time, live until somebody zooms or pauses. */
export class TimelinePanel {
  readonly #drawn: TimelinePlots
  readonly #readout = new Readout()
  readonly #spoken = elementOf('spoken', HTMLElement)
  readonly #pause = elementOf('pause', HTMLButtonElement)
  readonly #plots = elementOf('plots', HTMLElement)
  readonly #about = elementOf('timeline-route', HTMLElement)
  readonly #listener: TimelineListener
  #columns: TimelineColumns = EMPTY
  #route: string | null = null
  #seconds: number = RANGES[0].seconds
  #nowSeconds = 0
  /** What is shown instead of the latest. */
  #zoom: readonly [number, number] | null = null
  #cursor: number | null = null

  constructor(listener: TimelineListener) {
    this.#listener = listener
    this.#drawn = new TimelinePlots({
      columns: () => this.#columns,
      leastPerSecond: 1,
      onCursor: (index) => this.#read(index),
      onZoom: (from, to) => this.#zoomTo([from, to]),
      onReset: () => this.#zoomTo(null),
    })
    // It scrolls nothing and is no control: the keys that it takes are said in its name.
    this.#plots.tabIndex = 0
    this.#offerRanges()
    this.#pause.addEventListener('click', () => this.#zoomTo(this.#zoom === null ? this.#latest() : null))
    this.#plots.addEventListener('keydown', (event) => this.#onKey(event))
  }

  /** Seconds that are looked back. */
  get seconds(): number {
    return this.#seconds
  }

  /** The route whose records are shown; null for all. */
  get route(): string | null {
    return this.#route
  }

  /** How often what is shown has to be fetched; null where ticks carry it. */
  get fetchEveryMs(): number | null {
    if (this.#seconds > FINE_UP_TO) return COARSE_EVERY_MS
    return this.#route === null ? null : ROUTE_EVERY_MS
  }

  /** Shows one route, or all for null. What was drawn is of others. @param whole the detector that it is of, where that is more than is shown */
  choose(route: string | null, whole: string | null = null): void {
    this.#route = route
    const of = [
      ...(route === null ? [] : [routeLabel(route)]),
      ...(whole === null ? [] : [`all of ${whole}`]),
    ]
    this.#about.textContent = of.length === 0 ? '' : `of ${of.join(', ')}`
    this.#columns = EMPTY
    this.#point(null)
    this.#zoomTo(null)
  }

  /** Takes the place of what is shown, but of what is not known any more. */
  replace(columns: TimelineColumns, nowMs: number): void {
    this.#columns = mended(this.#columns, columns)
    this.#nowSeconds = nowMs / 1000
    this.#draw()
  }

  /** The buckets of a tick. */
  append(columns: TimelineColumns, nowMs: number): void {
    this.#nowSeconds = nowMs / 1000
    if (this.fetchEveryMs === null && columns.step === this.#columns.step) {
      const from = this.#nowSeconds - Math.max(FINE_UP_TO, this.#seconds)
      this.#columns = trimmed(appended(this.#columns, columns), from)
    }
    if (this.#zoom === null) this.#draw()
  }

  #draw(): void {
    if (document.hidden) return
    const seconds = (index: number) => secondsOf(this.#columns, index, this.#nowSeconds)
    this.#drawn.show(this.#columns, seconds, this.#zoom ?? this.#latest())
    if (this.#cursor === null) this.#readout.show(this.#columns, null, this.#nowSeconds)
  }

  #read(index: number | null): void {
    this.#cursor = index
    this.#readout.show(this.#columns, index, this.#nowSeconds)
  }

  #zoomTo(span: readonly [number, number] | null): void {
    this.#zoom = span
    this.#pause.setAttribute('aria-pressed', String(span !== null))
    this.#draw()
  }

  #latest(): readonly [number, number] {
    return [this.#nowSeconds - this.#seconds, this.#nowSeconds]
  }

  #offerRanges(): void {
    const group = elementOf('ranges', HTMLElement)
    const buttons = RANGES.map(({ name, seconds }) => {
      const button = created('button', '', name)
      button.type = 'button'
      button.setAttribute('aria-pressed', String(seconds === this.#seconds))
      button.addEventListener('click', () => {
        this.#seconds = seconds
        for (const one of buttons) one.setAttribute('aria-pressed', String(one === button))
        this.#zoomTo(null)
        this.#listener.onRange(seconds)
      })
      return button
    })
    group.append(...buttons)
  }

  #onKey(event: KeyboardEvent): void {
    const { time } = this.#columns
    const last = time.length - 1
    const at = this.#cursor ?? last
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.#point(Math.max(0, at - 1)),
      ArrowRight: () => this.#point(Math.min(last, at + 1)),
      Home: () => this.#point(0),
      End: () => this.#point(last),
      '+': () => this.#zoomAround(at, 1 / ZOOM),
      '-': () => this.#zoomAround(at, ZOOM),
      Escape: () => {
        this.#point(null)
        this.#zoomTo(null)
      },
    }
    const move = moves[event.key]
    if (move === undefined || last < 0) return
    event.preventDefault()
    move()
  }

  #point(index: number | null): void {
    this.#cursor = index
    this.#drawn.point(index)
    this.#spoken.textContent =
      index === null ? '' : this.#readout.sentence(this.#columns, index, this.#nowSeconds)
  }

  #zoomAround(index: number, factor: number): void {
    const [from, to] = this.#zoom ?? this.#latest()
    const middle = this.#columns.time[index] ?? (from + to) / 2
    const half = Math.min(this.#seconds / 2, Math.max(2 * this.#columns.step, ((to - from) * factor) / 2))
    this.#zoomTo([middle - half, middle + half])
  }
}
