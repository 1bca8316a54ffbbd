import type { AlertLevels } from '../../src/activity/alert-levels.js'
import type { TimelineColumns } from '../../src/activity/timeline-columns.js'
import type { RoutesAnswer } from '../../src/http/schemas/activity.js'
import type { Tick } from '../../src/http/schemas/live.js'
import { elementOf } from '../shared/page-elements.js'
import { Api } from './connection/api.js'
import { Live, type LiveState } from './connection/live.js'
import { placeOf } from './connection/place.js'
import { declaredExample } from './connection/record-example.js'
import { flowOf, queryFor, type Scope, wholeQueryFor } from './connection/scope.js'
import { Findings } from './findings.js'
import { DetailPanel } from './panels/detail-panel.js'
import { DetectorSwitch } from './panels/detector-switch.js'
import { FindingList } from './panels/finding-list.js'
import { RoutesTable } from './panels/routes-table.js'
import { StatusStrip } from './panels/status-strip.js'
import { TimelinePanel } from './panels/timeline-panel.js'
import { TokenDialog } from './panels/token-dialog.js'
import { TryPanel } from './panels/try-panel.js'
import { Welcome } from './panels/welcome.js'
import { WhatIfPanel } from './panels/what-if-panel.js'
import { Scopes } from './scopes.js'
import { originLabel, routeLabel } from './words.js'

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

type FetchedPart = 'routes' | 'timeline' | 'detail' | 'detectors'

/** The page: one stream tells it what happens, and what is too much for that is fetched when it is needed. */
export class Dashboard {
  readonly #api = new Api()
  readonly #scopes = new Scopes(this.#api)
  readonly #live = new Live(this.#api, {
    pathOf: () => this.#livePath(),
    onUnknown: () => this.#fallBack(),
    onState: (state, message) => this.#onState(state, message),
    onBegin: ({ now }) => {
      this.#aheadMs = now - Date.now()
      void this.#load()
    },
    onTick: (tick) => this.#onTick(tick),
  })
  readonly #findings = new Findings(
    this.#api,
    (more) => queryFor(this.#scopes.current, more),
    () => this.#showFindings(),
  )
  readonly #switch = new DetectorSwitch(this.#scopes, (scope) => this.#choose(scope))
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
  readonly #fetchedMs: Record<FetchedPart, number> = {
    ...{ routes: 0, timeline: 0, detail: 0, detectors: 0 },
  }
  /** The clock of the service less that of the page. */
  #aheadMs = 0

  constructor() {
    addEventListener('hashchange', () => {
      // Other hashes lead to places of the page itself.
      if (location.hash !== '' && !location.hash.startsWith('#/')) return
      this.#followHash()
      if (this.#detail.place !== null) elementOf('detail', HTMLElement).focus()
    })
    addEventListener('popstate', () => {
      if (this.#scopes.readAddress()) this.#showAnother()
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

  /** Asks which detectors there are: that may have changed since a stream was opened last. */
  async #livePath(): Promise<string> {
    this.#fetchedMs.detectors = performance.now()
    if (await this.#scopes.fetch()) this.#forget()
    this.#switch.show()
    return `./live${queryFor(this.#scopes.current)}`
  }

  #fallBack(): boolean {
    const possible = this.#scopes.refuse()
    if (possible) this.#forget()
    return possible
  }

  #choose(scope: Scope): void {
    this.#scopes.choose(scope)
    this.#showAnother()
  }

  #showAnother(): void {
    this.#forget()
    this.#switch.show()
    this.#followHash()
    this.#live.restart()
  }

  /** What is drawn is of others than those that are to be shown. */
  #forget(): void {
    this.#show(null)
    this.#findings.clear()
    this.#routes.show([], 0)
    this.#whatIf.clear()
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
    this.#switch.tell(status)
    this.#welcome.show(status)
    this.#timeline.append(timeline, now)
    document.title = `${status.incidents_open > 0 ? `(${status.incidents_open}) ` : ''}${this.#title}`
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

  get #title(): string {
    const { current } = this.#scopes
    return current === null ? TITLE : `${originLabel(current)} · ${TITLE}`
  }

  /** What a record looks like matters to whoever writes one: it is asked for once all else is there. */
  async #askForExample(): Promise<void> {
    const { current, entities } = this.#scopes
    const flow = flowOf(current)
    const from = entities?.from ?? []
    // Of all entities the one that was used last is as good as any.
    const entity = current?.entity === undefined ? (entities?.in_memory[0]?.entity ?? null) : current.entity
    const example = await declaredExample(this.#api, flow, { from, entity })
    if (current !== this.#scopes.current) return
    this.#try.declare(flow, example)
    this.#welcome.declare(flow, example)
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
    if (this.#scopes.current !== null && due('detectors', ROUTES_EVERY_MS))
      void this.#quietly(this.#loadDetectors())
    const { fetchEveryMs } = this.#timeline
    if (fetchEveryMs !== null && due('timeline', fetchEveryMs)) void this.#quietly(this.#loadTimeline())
    const { place } = this.#detail
    if (place !== null && due('detail', DETAIL_EVERY_MS)) void this.#detail.show(place)
    this.#list.show(Date.now() + this.#aheadMs)
  }

  /** Entities come and go. */
  async #loadDetectors(): Promise<void> {
    if (await this.#scopes.fetch()) this.#showAnother()
    else this.#switch.show()
  }

  async #loadTimeline(): Promise<void> {
    const { seconds, route } = this.#timeline
    const { current } = this.#scopes
    const nowMs = Date.now() + this.#aheadMs
    const from = Math.max(0, nowMs / 1000 - seconds + 5).toFixed(0)
    const query = wholeQueryFor(current, { from, ...(route !== null && { route }) })
    const columns = await this.#api.get<TimelineColumns>(`./timeline${query}`)
    // Another may have been chosen meanwhile.
    if (current !== this.#scopes.current) return
    if (seconds === this.#timeline.seconds && route === this.#timeline.route)
      this.#timeline.replace(columns, nowMs)
  }

  async #loadRoutes(): Promise<void> {
    const { current } = this.#scopes
    const [{ routes, total }, levels] = await Promise.all([
      this.#api.get<RoutesAnswer>(`./routes${wholeQueryFor(current, { limit: '500' })}`),
      this.#api.get<AlertLevels>(`./what-if${wholeQueryFor(current)}`),
    ])
    if (current !== this.#scopes.current) return
    this.#routes.show(routes, total)
    this.#whatIf.show(levels)
  }

  /** Shows one route alone: in the timeline and among the findings. */
  #filterBy(route: string | null): void {
    this.#show(route)
    void this.#quietly(this.#loadTimeline())
    this.#showFindings()
  }

  #show(route: string | null): void {
    const { current } = this.#scopes
    elementOf('filter', HTMLElement).hidden = route === null
    elementOf('filter-route', HTMLElement).textContent = route === null ? '' : routeLabel(route)
    this.#list.filter(route)
    this.#routes.choose(route)
    if (route !== null) this.#try.propose(route)
    this.#timeline.choose(route, current?.entity === undefined ? null : current.detector)
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
