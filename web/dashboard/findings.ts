import type { Incident } from '../../src/alerts/incidents/incident.js'
import type { Anomaly, AnomalySummary } from '../../src/anomalies/anomaly.js'
import type { Api } from './connection/api.js'

const INCIDENTS_KEPT = 200
const ALERTS_KEPT = 50

/** Makes a query of whose findings are wanted, and more. */
export type FindingsQuery = (more: Readonly<Record<string, string>>) => string

/** The incidents and lone alerts that the page knows. */
export class Findings {
  readonly #api: Api
  readonly #query: FindingsQuery
  readonly #onChange: () => void
  readonly #incidents = new Map<string, Incident>()
  #alerts: readonly AnomalySummary[] = []
  #newestAnomaly = ''
  #fetching = false
  /** Counts whose they are: what was asked for before that changed is of others. */
  #turn = 0

  constructor(api: Api, query: FindingsQuery, onChange: () => void) {
    this.#api = api
    this.#query = query
    this.#onChange = onChange
  }

  /** Newest first. */
  get incidents(): Incident[] {
    return [...this.#incidents.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, INCIDENTS_KEPT)
  }

  /** Anomalies of no incident, newest first. */
  get alerts(): readonly AnomalySummary[] {
    return this.#alerts
  }

  /** Knows nothing any more: those of somebody else are wanted. */
  clear(): void {
    this.#turn++
    this.#incidents.clear()
    this.#alerts = []
    this.#newestAnomaly = ''
    this.#onChange()
  }

  async load(): Promise<void> {
    const turn = this.#turn
    const path = `./incidents${this.#query({ limit: '100' })}`
    const { incidents } = await this.#api.get<{ incidents: Incident[] }>(path)
    if (turn !== this.#turn) return
    // A service that has begun anew knows nothing of those that were open.
    this.#incidents.clear()
    this.take(incidents)
  }

  /** Incidents as they are now. */
  take(incidents: readonly Incident[]): void {
    if (incidents.length === 0) return
    for (const incident of incidents) this.#incidents.set(incident.id, incident)
    this.#onChange()
  }

  /** Fetches lone alerts where there are newer ones. */
  async follow(newestAnomaly: string): Promise<void> {
    if (newestAnomaly === this.#newestAnomaly || this.#fetching) return
    this.#fetching = true
    const turn = this.#turn
    try {
      const path = `./anomalies${this.#query({ limit: '200' })}`
      const { anomalies } = await this.#api.get<{ anomalies: AnomalySummary[] }>(path)
      if (turn !== this.#turn) return
      this.#alerts = anomalies.filter(({ incident }) => incident === null).slice(0, ALERTS_KEPT)
      this.#newestAnomaly = newestAnomaly
      this.#onChange()
    } finally {
      this.#fetching = false
    }
  }

  incident(id: string): Promise<Incident> {
    return this.#api.get<Incident>(`./incidents/${id}`)
  }

  anomaly(id: string): Promise<Anomaly> {
    return this.#api.get<Anomaly>(`./anomalies/${id}`)
  }
}
