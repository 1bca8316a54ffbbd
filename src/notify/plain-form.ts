import { type Form, SERVICE, type Sender } from './form.js'

/** Our own form: the event and the incident as `GET /incidents` shows it. */
export function plainForm({ version, instance }: Sender): Form {
  return {
    bodyOf({ kind, incident }) {
      const body = JSON.stringify({ event: kind, incident, service: SERVICE, version, instance })
      return () => body
    },
  }
}
