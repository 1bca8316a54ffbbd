import type { AlertLevels } from '../../src/activity/alert-levels.js'
import type { TimelineColumns } from '../../src/activity/timeline-columns.js'
import type { RoutesAnswer } from '../../src/http/schemas/activity.js'
import type { Tick } from '../../src/http/schemas/live.js'
import { elementOf } from '../shared/page-elements.js'
import { Api } from './connection/api.js'
import { Live, type LiveState } from './connection/live.js'
import { placeOf } from './connection/place.js'
import { declaredExample } from './connection/record-example.js'
import { Findings } from './findings.js'
import { DetailPanel } from './panels/detail-panel.js'
import { FindingList } from './panels/finding-list.js'
import { RoutesTable } from './panels/routes-table.js'
import { StatusStrip } from './panels/status-strip.js'
import { TimelinePanel } from './panels/timeline-panel.js'
import { TokenDialog } from './panels/token-dialog.js'
import { TryPanel } from './panels/try-panel.js'
import { Welcome } from './panels/welcome.js'
import { WhatIfPanel } from './panels/what-if-panel.js'
import { routeLabel } from './words.js'

const TITLE = 'CodeFlow Sentinel'
const ROUTES_EVERY_MS = 10_000
/** While there is none yet. */
const FIRST_ROUTES_EVERY_MS = 2_000
const DETAIL_EVERY_MS = 3_000
const STATE_WORDS: Readonly<Record<LiveState, string>> = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Connection lost, trying again',
  refused: 'A token is needed',
}

type FetchedPart = 'routes' | 'timeline' | 'detail'

/** The page: one stream tells it what happens, and what is too much for that is fetched when it is needed. */
export class Dashboard {
  readonly #api = new Api()
  readonly #live = new Live(this.#api, {
    onState: (state, message) => this.#onState(state, message),
    onBegin: () => void this.#load(),
    onTick: (tick) => this.#onTick(tick),
  })
  readonly #findings = new Findings(this.#api, () => this.#showFindings())
  readonly #strip = new StatusStrip()
  readonly #welcome = new Welcome(this.#api)
  readonly #timeline = new TimelinePanel({ onRange: () => void this.#quietly(this.#loadTimeline()) })
  readonly #list = new FindingList(this.#findings)
  readonly #detail = new DetailPanel(this.#api, this.#findings)
  readonly #routes = new RoutesTable((route) => this.#filterBy(route))
  readonly #whatIf = new WhatIfPanel()
  readonly #try = new TryPanel(this.#api)
  readonly #token = new TokenDialog(this.#api, () => this.#live.retry())
  readonly #connection = elementOf('connection', HTMLElement)
  readonly #lost = elementOf('lost', HTMLElement)
  /** When each part was fetched last, by the clock of the page. */
  readonly #fetchedMs: Record<FetchedPart, number> = { routes: 0, timeline: 0, detail: 0 }
  /** The clock of the service less that of the page. */
  #aheadMs = 0

  constructor() {
    addEventListener('hashchange', () => {
      // Other hashes lead to places of the page itself.
      if (location.hash !== '' && !location.hash.startsWith('#/')) return
      this.#followHash()
      if (this.#detail.place !== null) elementOf('detail', HTMLElement).focus()
    })
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#showFindings()
    })
    elementOf('filter-clear', HTMLButtonElement).addEventListener('click', ({ detail }) => {
      // The button goes: whoever pressed it by key is led back to where the choice was made.
      if (detail === 0) this.#routes.focusOnChosen()
      this.#filterBy(null)
    })
  }

  run(): Promise<never> {
    return this.#live.run()
  }

  #onState(state: LiveState, message: string): void {
    document.body.dataset.state = state
    this.#connection.textContent = STATE_WORDS[state]
    this.#lost.hidden = state !== 'lost'
    this.#lost.textContent =
      state === 'lost' ? `Connection lost, trying again: ${message}. What is drawn stays.` : ''
    if (state === 'refused') this.#token.ask()
  }

  #onTick({ now, status, timeline, incidents }: Tick): void {
    this.#aheadMs = now - Date.now()
    this.#strip.show(status, now)
    this.#welcome.show(status)
    this.#timeline.append(timeline, now)
    document.title = status.incidents_open > 0 ? `(${status.incidents_open}) ${TITLE}` : TITLE
    this.#findings.take(incidents)
    elementOf('version', HTMLElement).textContent = `CodeFlow Sentinel ${status.version}.`
    void this.#quietly(this.#findings.follow(status.newest_anomaly))
    this.#refresh()
  }

  /** All that the stream does not carry; after a gap, too. */
  async #load(): Promise<void> {
    this.#fetchedMs.routes = 0
    await this.#quietly(Promise.all([this.#loadTimeline(), this.#findings.load()]))
    this.#followHash()
    // For the style, and whoever drives the page: everything was there once more.
    document.body.dataset.loaded = String(Number(document.body.dataset.loaded) + 1)
    await this.#quietly(this.#askForExample())
  }

  /** What a record looks like matters to whoever writes one: it is asked for once all else is there. */
  async #askForExample(): Promise<void> {
    const example = await declaredExample(this.#api)
    if (example === null) return
    this.#try.declare(example)
    this.#welcome.declare(example)
  }

  #refresh(): void {
    if (document.hidden) return
    const nowMs = performance.now()
    const due = (part: FetchedPart, everyMs: number): boolean => {
      if (this.#fetchedMs[part] !== 0 && nowMs - this.#fetchedMs[part] < everyMs) return false
      this.#fetchedMs[part] = nowMs
      return true
    }
    if (due('routes', this.#routes.empty ? FIRST_ROUTES_EVERY_MS : ROUTES_EVERY_MS))
      void this.#quietly(this.#loadRoutes())
    const { fetchEveryMs } = this.#timeline
    if (fetchEveryMs !== null && due('timeline', fetchEveryMs)) void this.#quietly(this.#loadTimeline())
    const { place } = this.#detail
    if (place !== null && due('detail', DETAIL_EVERY_MS)) void this.#detail.show(place)
    this.#list.show(Date.now() + this.#aheadMs)
  }

  async #loadTimeline(): Promise<void> {
    const { seconds, route } = this.#timeline
    const nowMs = Date.now() + this.#aheadMs
    const from = Math.max(0, nowMs / 1000 - seconds + 5).toFixed(0)
    const only = route === null ? '' : `&route=${encodeURIComponent(route)}`
    const columns = await this.#api.get<TimelineColumns>(`./timeline?from=${from}${only}`)
    // Another may have been chosen meanwhile.
    if (seconds === this.#timeline.seconds && route === this.#timeline.route)
      this.#timeline.replace(columns, nowMs)
  }

  async #loadRoutes(): Promise<void> {
    const [{ routes, total }, levels] = await Promise.all([
      this.#api.get<RoutesAnswer>('./routes?limit=500'),
      this.#api.get<AlertLevels>('./what-if'),
    ])
    this.#routes.show(routes, total)
    this.#whatIf.show(levels)
  }

  /** Shows one route alone: in the timeline and among the findings. */
  #filterBy(route: string | null): void {
    elementOf('filter', HTMLElement).hidden = route === null
    elementOf('filter-route', HTMLElement).textContent = route === null ? '' : routeLabel(route)
    this.#list.filter(route)
    this.#routes.choose(route)
    if (route !== null) this.#try.propose(route)
    this.#timeline.choose(route)
    void this.#quietly(this.#loadTimeline())
    this.#showFindings()
  }

  #showFindings(): void {
    this.#list.show(Date.now() + this.#aheadMs)
  }

  #followHash(): void {
    const place = placeOf(location.hash)
    this.#fetchedMs.detail = performance.now()
    this.#list.choose(place)
    this.#showFindings()
    if (place === null) this.#detail.clear()
    else void this.#detail.show(place)
  }

  /** What cannot be fetched now is fetched again later: the banner says what is wrong. */
  async #quietly(work: Promise<unknown>): Promise<void> {
    await work.catch(() => {})
  }
}
