/** What the address of the page points at: an incident or an anomaly by its id, or nothing. */
export interface Place {
  readonly kind: 'incidents' | 'anomalies'
  readonly id: string
}

const PLACE = /^#\/(incidents|anomalies)\/([0-9a-f]{11}-[0-9a-f]{4})$/

export function placeOf(hash: string): Place | null {
  const match = PLACE.exec(hash)
  return match === null ? null : { kind: match[1] as Place['kind'], id: match[2] as string }
}

export function hashOf({ kind, id }: Place): string {
  return `#/${kind}/${id}`
}
