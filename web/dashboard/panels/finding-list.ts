import type { Incident } from '../../../src/alerts/incidents/incident.js'
import type { AnomalySummary } from '../../../src/anomalies/anomaly.js'
import { arrange, created, elementOf } from '../../shared/page-elements.js'
import { hashOf, type Place } from '../connection/place.js'
import type { Findings } from '../findings.js'
import { ago, counted, originLabel, routeLabel } from '../words.js'

type Kind = 'open' | 'incidents' | 'alerts'

const KINDS: readonly { readonly kind: Kind; readonly name: string; readonly none: string }[] = [
  {
    kind: 'incidents',
    name: 'All',
    none: 'No incident so far. Records that are merely rare are listed as single alerts.',
  },
  { kind: 'open', name: 'Open', none: 'No incident is open: all calm.' },
  { kind: 'alerts', name: 'Single alerts', none: 'No single alert so far.' },
]
const SHOWN_AT_FIRST = 8

interface Item {
  readonly place: Place
  readonly title: string
  readonly what: string
  readonly when: string
  readonly action: string
  readonly open: boolean
}

/** What was told of lately: incidents, or the alerts that belong to none. */
export class FindingList {
  readonly #findings: Findings
  readonly #list = elementOf('incidents', HTMLOListElement)
  readonly #none = elementOf('incidents-none', HTMLElement)
  readonly #more = elementOf('incidents-more', HTMLButtonElement)
  readonly #items = new Map<string, HTMLLIElement>()
  #kind: Kind = 'incidents'
  #route: string | null = null
  #chosen: Place | null = null
  #all = false

  constructor(findings: Findings) {
    this.#findings = findings
    this.#offerKinds()
    this.#more.addEventListener('click', () => {
      this.#all = true
      this.show(Date.now())
      // The button is gone: whoever pressed it goes on where the list went on.
      this.#list.children[SHOWN_AT_FIRST]?.querySelector('a')?.focus()
    })
  }

  /** Only those of this route; null for all. */
  filter(route: string | null): void {
    this.#route = route
  }

  /** The one that is shown in detail. */
  choose(place: Place | null): void {
    this.#chosen = place
  }

  show(nowMs: number): void {
    const items = this.#wanted(nowMs)
    const shown = this.#all ? items : items.slice(0, SHOWN_AT_FIRST)
    const elements = shown.map((item) => this.#elementOf(item))
    const kept = new Set(elements)
    for (const [key, element] of this.#items) if (!kept.has(element)) this.#items.delete(key)
    arrange(this.#list, elements)
    this.#more.hidden = shown.length === items.length
    this.#more.textContent = `Show all ${items.length}`
    const none = KINDS.find(({ kind }) => kind === this.#kind)?.none ?? ''
    this.#none.textContent = items.length > 0 ? '' : this.#route === null ? none : 'None of this route.'
  }

  #wanted(nowMs: number): Item[] {
    const ofRoute = <Each extends { readonly route: string | null }>(each: Each): boolean =>
      this.#route === null || each.route === this.#route || each.route === null
    if (this.#kind === 'alerts')
      return this.#findings.alerts.filter(ofRoute).map((alert) => itemOfAlert(alert, nowMs))
    return this.#findings.incidents
      .filter(ofRoute)
      .filter(({ status }) => this.#kind === 'incidents' || status === 'open')
      .map((incident) => itemOfIncident(incident, nowMs))
  }

  /** One element for as long as its finding is listed, so that the focus stays where it is. */
  #elementOf({ place, title, what, when, action, open }: Item): HTMLLIElement {
    const key = hashOf(place)
    let element = this.#items.get(key)
    if (element === undefined) {
      element = created('li')
      const link = created('a')
      link.href = key
      const about = created('small')
      about.append(created('span', 'what'), created('span', 'when'))
      link.append(created('span', 'state'), created('b'), created('span', 'action'), about)
      element.append(link)
      this.#items.set(key, element)
    }
    const link = element.firstElementChild as HTMLAnchorElement
    const [state, name, advice, small] = [...link.children] as HTMLElement[]
    const chosen = this.#chosen !== null && hashOf(this.#chosen) === key
    if (chosen) link.setAttribute('aria-current', 'true')
    else link.removeAttribute('aria-current')
    write(state, open ? 'open' : 'closed')
    state?.classList.toggle('is-open', open)
    if (state) state.hidden = place.kind === 'anomalies'
    write(name, title)
    write(advice, action)
    if (advice) advice.className = `action ${action}`
    for (const [i, text] of [what, when].entries()) write(small?.children[i], text)
    return element
  }

  #offerKinds(): void {
    const group = elementOf('kinds', HTMLElement)
    const buttons = KINDS.map(({ kind, name }) => {
      const button = created('button', '', name)
      button.type = 'button'
      button.setAttribute('aria-pressed', String(kind === this.#kind))
      button.addEventListener('click', () => {
        this.#kind = kind
        this.#all = false
        for (const one of buttons) one.setAttribute('aria-pressed', String(one === button))
        this.show(Date.now())
      })
      return button
    })
    group.append(...buttons)
  }
}

function write(element: Element | undefined, text: string): void {
  if (element !== undefined && element.textContent !== text) element.textContent = text
}

function itemOfIncident(incident: Incident, nowMs: number): Item {
  const { id, summary, route, feature, records, opened, last_seen, action, status } = incident
  const what = [originLabel(incident), counted(records, 'record'), feature, routeLabel(route)]
  return {
    place: { kind: 'incidents', id },
    title: summary,
    what: joined(what),
    when: `first ${ago(opened, nowMs)}, last ${ago(last_seen, nowMs)}`,
    action,
    open: status === 'open',
  }
}

function itemOfAlert(alert: AnomalySummary, nowMs: number): Item {
  const { id, reason, route, timestamp, action } = alert
  return {
    place: { kind: 'anomalies', id },
    title: reason,
    what: joined([originLabel(alert), routeLabel(route)]),
    when: ago(timestamp, nowMs),
    action,
    open: false,
  }
}

function joined(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(' · ')
}
