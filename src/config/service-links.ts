/** What Kubernetes, and Docker before it, put into the environment for each service of the neighbourhood. */
const LINK = /^(?:tcp|udp|sctp):\/\//i
const NAMES = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/

/** Whether a variable is such a link, by its name or its value. */
export function isServiceLink(name: string, value: string | undefined): boolean {
  return NAMES.test(name) || LINK.test(value ?? '')
}

/** How one came about that has the name of a setting; null where the value is none. */
export function explainedLink(name: string, value: string): string | null {
  if (!LINK.test(value)) return null
  const service = name
    .replace(/_PORT$/, '')
    .toLowerCase()
    .replaceAll('_', '-')
  return (
    `it is no setting but the link that Kubernetes makes of a Service called "${service}": ` +
    `set enableServiceLinks: false for the pod, or ${name} itself`
  )
}
