import type { RouteFigures } from '../../../src/activity/route-figures.js'
import type { Incident } from '../../../src/alerts/incidents/incident.js'
import type { FeedbackNote } from '../../../src/alerts/operator/feedback-note.js'
import type { Anomaly } from '../../../src/anomalies/anomaly.js'
import { created, elementOf } from '../../shared/page-elements.js'
import { type Api, ApiFailure } from '../connection/api.js'
import { hashOf, type Place } from '../connection/place.js'
import { wholeQueryFor } from '../connection/scope.js'
import type { Findings } from '../findings.js'
import { routeLabel } from '../words.js'
import { contributionsView } from './contributions-view.js'
import { copyButton } from './copy-button.js'
import { factsOfAnomaly, factsOfIncident, factsView } from './facts.js'
import { FeedbackView } from './feedback-view.js'
import { type Part, Parts } from './parts.js'
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
  readonly #parts = new Parts(this.#body)
  #place: Place | null = null
  #asked = 0
  /** Of the place that is shown. */
  #feedback: FeedbackView | null = null

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
    this.#say('Detail', 'Choose an incident to see what it is made of, why, and what is usual there.')
  }

  /** Shows a place, and fetches it anew where it is shown already. */
  async show(place: Place): Promise<void> {
    const asked = ++this.#asked
    const isNew = this.#place === null || hashOf(this.#place) !== hashOf(place)
    this.#place = place
    try {
      const found = await this.#find(place)
      if (asked === this.#asked) this.#draw(found)
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
    this.#parts.show([part('why', why, () => created('p', 'note', why))])
  }

  async #find(place: Place): Promise<Found> {
    const incident = place.kind === 'incidents' ? await this.#findings.incident(place.id) : null
    const anomaly = incident === null ? await this.#findings.anomaly(place.id) : await this.#firstOf(incident)
    const name = incident?.route ?? anomaly?.route ?? null
    const { detector } = incident ?? anomaly ?? {}
    // It may be of another detector than the page shows.
    const of = detector === undefined ? null : { detector, entity: undefined }
    const asked = name === null ? null : `./routes${wholeQueryFor(of, { values: 'true', route: name })}`
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
    const title = incident?.summary ?? anomaly?.reason ?? ''
    if (this.#title.textContent !== title) this.#title.textContent = title
    const facts = incident === null ? factsOfAnomaly(anomaly) : factsOfIncident(incident)
    this.#parts.show([
      part('facts', JSON.stringify(facts), () => factsView(facts)),
      ...(anomaly === null ? [] : partsOf(incident, anomaly, route)),
      this.#feedbackPart(place, incident === null ? anomaly?.feedback : incident.feedback),
      part('share', hashOf(place), () => shareView(place)),
    ])
  }

  /** The buttons stay for as long as the place is shown, with what was answered. */
  #feedbackPart(place: Place, said: FeedbackNote | null | undefined): Part {
    const key = hashOf(place)
    if (this.#feedback?.key !== key)
      this.#feedback = new FeedbackView(this.#api, place, () => void this.show(place))
    const view = this.#feedback
    view.show(said ?? null)
    return part('feedback', key, () => view.element)
  }
}

function part(name: string, key: string, draw: () => HTMLElement): Part {
  return { name, key, draw }
}

/** What a record that was told of is made of. */
function partsOf(incident: Incident | null, anomaly: Anomaly, route: RouteFigures | null): Part[] {
  const { explanation, detail, record } = anomaly
  const origin = explanation.model === null ? 'by the rules' : `by ${explanation.model}`
  const strip = stripOf(incident, anomaly, route)
  return [
    part('words', explanation.text, () => created('blockquote', '', explanation.text)),
    part('origin', origin, () => created('p', 'note origin', origin)),
    part('bits', JSON.stringify(detail), () => contributionsView(detail)),
    ...(strip === null ? [] : [strip]),
    part('record', JSON.stringify([anomaly.route, record]), () => recordView(anomaly)),
  ]
}

function shareView(place: Place): HTMLElement {
  const share = created('p', 'share')
  share.append(copyButton('Copy the link', () => location.href.split('#', 1)[0] + hashOf(place)))
  return share
}

/** The last values of the feature that leads; null where none are known. */
function stripOf(incident: Incident | null, anomaly: Anomaly, route: RouteFigures | null): Part | null {
  const { contributions } = anomaly.detail
  const [leading] = [...contributions].sort((a, b) => b.bits - a.bits)
  const feature = incident?.feature ?? leading?.feature
  const contribution = contributions.find((one) => one.feature === feature)
  const recent = route?.features.find((one) => one.feature === feature)?.recent
  if (contribution === undefined || recent === undefined || recent.length === 0) return null
  const { entity = null, detector } = anomaly
  const label = `${routeLabel(route?.route ?? null)}${entity === null ? '' : `, of all of ${detector}`}`
  return part('strip', JSON.stringify([contribution, recent]), () => valueStrip(contribution, recent, label))
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
