import type { RouteFigures } from '../../../src/activity/route-figures.js'
import type { Incident } from '../../../src/alerts/incident.js'
import type { Anomaly } from '../../../src/anomalies/anomaly.js'
import { created, elementOf } from '../../shared/page-elements.js'
import { type Api, ApiFailure } from '../connection/api.js'
import { hashOf, type Place } from '../connection/place.js'
import type { Findings } from '../findings.js'
import { ago, counted, routeLabel, withUnit } from '../words.js'
import { contributionsView } from './contributions-view.js'
import { copyButton } from './copy-button.js'
import { feedbackView } from './feedback-view.js'
import { valueStrip } from './value-strip.js'

/** What the strip and the text say of an incident or an anomaly. */
interface Found {
  readonly place: Place
  readonly incident: Incident | null
  /** The anomaly itself, or the first one of the incident that is still kept. */
  readonly anomaly: Anomaly | null
  readonly route: RouteFigures | null
}

/** One incident or alert: what it is, why, beside what is usual, and what an operator may say to it. */
export class DetailPanel {
  readonly #api: Api
  readonly #findings: Findings
  readonly #title = elementOf('detail-title', HTMLElement)
  readonly #body = elementOf('detail-body', HTMLElement)
  #place: Place | null = null
  #asked = 0
  /** What is shown, as text: drawn anew only where it differs. */
  #shown = ''

  constructor(api: Api, findings: Findings) {
    this.#api = api
    this.#findings = findings
    // The focus goes here when a finding is chosen.
    elementOf('detail', HTMLElement).tabIndex = -1
    this.clear()
  }

  get place(): Place | null {
    return this.#place
  }

  clear(): void {
    this.#place = null
    this.#shown = ''
    this.#title.textContent = 'Detail'
    this.#body.replaceChildren(
      created('p', 'note', 'Choose an incident to see what it is made of, why, and what is usual there.'),
    )
  }

  /** Shows a place, and fetches it anew where it is shown already. */
  async show(place: Place): Promise<void> {
    const asked = ++this.#asked
    const isNew = this.#place === null || hashOf(this.#place) !== hashOf(place)
    this.#place = place
    if (isNew) this.#shown = ''
    try {
      const found = await this.#find(place)
      if (asked !== this.#asked) return
      const text = JSON.stringify([found.incident, found.anomaly])
      if (text === this.#shown) return
      this.#shown = text
      this.#draw(found)
    } catch (error) {
      if (asked !== this.#asked) return
      const failure = error instanceof ApiFailure ? error : null
      if (failure === null || failure.status !== 404) {
        if (isNew) this.#say('It cannot be shown now.', failure?.message ?? String(error))
        return
      }
      this.#say('It is no longer kept.', failure.message)
    }
  }

  #say(title: string, why: string): void {
    this.#title.textContent = title
    this.#body.replaceChildren(created('p', 'note', why))
  }

  async #find(place: Place): Promise<Found> {
    const incident = place.kind === 'incidents' ? await this.#findings.incident(place.id) : null
    const anomaly = incident === null ? await this.#findings.anomaly(place.id) : await this.#firstOf(incident)
    const name = incident?.route ?? anomaly?.route ?? null
    const asked = name === null ? null : `./routes?values=true&route=${encodeURIComponent(name)}`
    const answer =
      asked === null ? null : await this.#api.get<{ routes: RouteFigures[] }>(asked).catch(() => null)
    return { place, incident, anomaly, route: answer?.routes[0] ?? null }
  }

  /** Of its examples the log may have lost the first ones. */
  async #firstOf({ anomalies }: Incident): Promise<Anomaly | null> {
    for (const id of anomalies) {
      const anomaly = await this.#findings.anomaly(id).catch(() => null)
      if (anomaly !== null) return anomaly
    }
    return null
  }

  #draw({ place, incident, anomaly, route }: Found): void {
    const nowMs = Date.now()
    this.#title.textContent = incident?.summary ?? anomaly?.reason ?? ''
    const facts = created(
      'p',
      'note',
      incident === null ? aboutAnomaly(anomaly, nowMs) : aboutIncident(incident, nowMs),
    )
    const parts: HTMLElement[] = [facts]
    if (anomaly !== null) {
      const { explanation, detail } = anomaly
      const origin = explanation.model === null ? 'by the rules' : `by ${explanation.model}`
      parts.push(created('blockquote', '', explanation.text), created('p', 'note origin', origin))
      parts.push(contributionsView(detail))
      const strip = stripOf(incident, anomaly, route)
      if (strip !== null) parts.push(strip)
      parts.push(recordView(anomaly))
    }
    const feedback = incident?.feedback ?? (incident === null ? anomaly?.feedback : null) ?? null
    parts.push(feedbackView(this.#api, place, feedback, () => void this.show(place)))
    const share = created('p', 'share')
    share.append(copyButton('Copy the link', () => location.href.split('#', 1)[0] + hashOf(place)))
    parts.push(share)
    this.#body.replaceChildren(...parts)
  }
}

function aboutIncident(incident: Incident, nowMs: number): string {
  const { status, kind, route, feature, unit, direction, usual, seen, records, opened, last_seen } = incident
  const side = direction === null || feature === null ? '' : ` · ${feature} ${direction}`
  const values =
    usual === null || seen === null ? '' : ` · usual ${withUnit(usual, unit)}, seen ${withUnit(seen, unit)}`
  const when = `first seen ${ago(opened, nowMs)}, last ${ago(last_seen, nowMs)}`
  return `${status} ${kind} at ${routeLabel(route)}${side}${values} · ${counted(records, 'record')} · ${when} · ${incident.action}`
}

function aboutAnomaly(anomaly: Anomaly | null, nowMs: number): string {
  if (anomaly === null) return ''
  const { route, timestamp, action, p, prediction_score: score } = anomaly
  const rare =
    p === null ? '' : ` · as rare as one in ${Math.round(1 / Math.max(p, 1e-9)).toLocaleString('en')}`
  return `single alert at ${routeLabel(route)} · ${ago(timestamp, nowMs)} · score ${score.toFixed(2)}${rare} · ${action}`
}

function stripOf(
  incident: Incident | null,
  anomaly: Anomaly,
  route: RouteFigures | null,
): HTMLElement | null {
  const { contributions } = anomaly.detail
  const [leading] = [...contributions].sort((a, b) => b.bits - a.bits)
  const feature = incident?.feature ?? leading?.feature
  const contribution = contributions.find((one) => one.feature === feature)
  const recent = route?.features.find((one) => one.feature === feature)?.recent
  if (contribution === undefined || recent === undefined || recent.length === 0) return null
  return valueStrip(contribution, recent, routeLabel(route?.route ?? null))
}

function recordView({ record, route }: Anomaly): HTMLElement {
  const details = created('details')
  details.append(created('summary', '', 'The record as it came'))
  const shown = { route, ...(record ?? {}) }
  const pre = created('pre', '', JSON.stringify(shown, null, 2))
  pre.tabIndex = 0
  details.append(pre)
  return details
}
