/** Log evidence that ordinary records come to every now and then: it says nothing of the next one. */
const NOTHING = 5
/** Weight of the evidence of rare records, between which ordinary ones come; a shift is shared by all records. */
const SPIKES = 0.5
/** Context stays this far below the alert rate, in -ln p. */
const MARGIN = 0.01

/**
 * What the records before this one say of it, 0 or more: log evidence of its route beyond what chance comes to.
 * @param spikes log evidence of rare records, that of records which depend on each other divided by how much they do
 * @param shift log evidence of a shift large enough to matter
 */
export function suspicionOf(spikes: number, shift: number): number {
  return Math.max(SPIKES * (spikes - NOTHING), shift - NOTHING, 0)
}

/**
 * -ln p of a record in its context: one that is hardly rare by itself is rarer behind a hundred slow ones. However much
 * there was, it does not become an alert by that: these say what happens, and the incident that they open says it once.
 * @param z -ln p of the record by itself
 * @param rateZ the same of the alert rate
 */
export function inContext(z: number, suspicion: number, rateZ: number): number {
  const room = rateZ - MARGIN - z
  if (suspicion <= 0 || z <= 0 || room <= 0) return z
  return z + room * (1 - Math.exp(-suspicion / room))
}
