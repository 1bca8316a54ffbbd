import type { Incident } from '../../src/alerts/incident.js'
import type { Anomaly, AnomalySummary } from '../../src/anomalies/anomaly.js'
import type { Api } from './connection/api.js'

const INCIDENTS_KEPT = 200
const ALERTS_KEPT = 50

/** The incidents and lone alerts that the page knows. */
export class Findings {
  readonly #api: Api
  readonly #onChange: () => void
  readonly #incidents = new Map<string, Incident>()
  #alerts: readonly AnomalySummary[] = []
  #newestAnomaly = ''
  #fetching = false

  constructor(api: Api, onChange: () => void) {
    this.#api = api
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

  async load(): Promise<void> {
    const { incidents } = await this.#api.get<{ incidents: Incident[] }>('./incidents?limit=100')
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
    try {
      const { anomalies } = await this.#api.get<{ anomalies: AnomalySummary[] }>('./anomalies?limit=200')
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
