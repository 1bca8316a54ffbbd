/** Longest route that is sent, in bytes; what is longer is cut, as names of routes are. */
const ROUTE_BYTES = 2_048
/** Longest name of a replica. */
export const NAME_BYTES = 256
const MAGIC = 0x5346
/** Changes with what the bytes mean, and is part of a fleet's fingerprint. */
export const SAMPLE_FORMAT = 2
const HEADER_BYTES = 24
const RECORD_BYTES = 5
const ALERTED = 1
const EXPECTED = 2
const RARE = 4
const BESIDE = 8

/** One judged record as it is sent: neither a user nor anything else but what is learnt from. */
export interface SampledRecord {
  /** As the record names it, or hashed; empty for none. */
  readonly route: string
  /** When it was judged, in ms after the first moment of its batch. */
  readonly atMs: number
  /** Whether somebody was told of it. */
  readonly alerted: boolean
  /** Whether an operator expects records like it. */
  readonly expected: boolean
  /** Whether its p is at most the alert rate. */
  readonly rare: boolean
  /** Whether it is sent as it is rare, beside those that were drawn evenly. */
  readonly beside: boolean
  /** Raw values in feature order; NaN for one that the record lacked. */
  readonly values: Float64Array
}

/** A uniform sample of what one replica judged within a short time, and beside it what of the rest was rare. */
export interface SampleBatch {
  /** Which replica. */
  readonly replica: string
  /** Records that the sample is of, and how many of them were rare. */
  readonly judged: number
  readonly rare: number
  /** How long that time was, ms. */
  readonly spanMs: number
  readonly records: readonly SampledRecord[]
}

/** Bytes that are no batch of samples. The message says what is wrong with them. */
export class SampleError extends Error {
  override readonly name = 'SampleError'
}

/*
 *   0  u16  magic          12  u16  records
 *   2  u8   format         14  u16  routes
 *   3  u8   features       16  u16  bytes of the replica's name
 *   4  u32  judged         18  u16  0
 *   8  u32  span, ms       20  u32  rare
 *                          24       name; routes, each u16 length and UTF-8;
 *                                   records, each u16 route, u16 ms, u8 flags, f64[features]
 *
 * Little-endian, packed.
 */

export function encodeBatch(
  { replica, judged, rare, spanMs, records }: SampleBatch,
  nFeatures: number,
): Uint8Array {
  const text = new TextEncoder()
  const name = text.encode(replica)
  const places = new Map<string, number>()
  for (const { route } of records) if (!places.has(route)) places.set(route, places.size)
  const routes = [...places.keys()].map((route) => text.encode(route).subarray(0, ROUTE_BYTES))
  const routesBytes = routes.reduce((sum, { length }) => sum + 2 + length, 0)
  const recordBytes = RECORD_BYTES + 8 * nFeatures
  const bytes = new Uint8Array(HEADER_BYTES + name.length + routesBytes + records.length * recordBytes)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, MAGIC, true)
  view.setUint8(2, SAMPLE_FORMAT)
  view.setUint8(3, nFeatures)
  view.setUint32(4, judged, true)
  view.setUint32(8, spanMs, true)
  view.setUint16(12, records.length, true)
  view.setUint16(14, routes.length, true)
  view.setUint16(16, name.length, true)
  view.setUint32(20, rare, true)
  bytes.set(name, HEADER_BYTES)
  let at = HEADER_BYTES + name.length
  for (const route of routes) {
    view.setUint16(at, route.length, true)
    bytes.set(route, at + 2)
    at += 2 + route.length
  }
  for (const record of records) {
    const { route, atMs, values } = record
    view.setUint16(at, places.get(route) as number, true)
    view.setUint16(at + 2, Math.min(atMs, 65_535), true)
    view.setUint8(at + 4, flagsOf(record))
    for (let f = 0; f < nFeatures; f++) view.setFloat64(at + RECORD_BYTES + 8 * f, values[f] as number, true)
    at += recordBytes
  }
  return bytes
}

/**
 * @param nFeatures that the records must have
 * @throws SampleError for what no replica of this fleet has sent
 */
export function decodeBatch(bytes: Uint8Array, nFeatures: number): SampleBatch {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES || view.getUint16(0, true) !== MAGIC)
    throw new SampleError('these are no samples')
  if (view.getUint8(2) !== SAMPLE_FORMAT) throw new SampleError(`of version ${view.getUint8(2)}`)
  if (view.getUint8(3) !== nFeatures) throw new SampleError(`of ${view.getUint8(3)} features`)
  const nRecords = view.getUint16(12, true)
  const nRoutes = view.getUint16(14, true)
  const nameEnd = HEADER_BYTES + view.getUint16(16, true)
  if (nameEnd > HEADER_BYTES + NAME_BYTES) throw new SampleError('of a replica whose name is too long')
  const text = new TextDecoder()
  const replica = text.decode(part(bytes, HEADER_BYTES, nameEnd))
  let at = nameEnd
  const routes: string[] = []
  for (let i = 0; i < nRoutes; i++) {
    part(bytes, at, at + 2)
    const end = at + 2 + view.getUint16(at, true)
    routes.push(text.decode(part(bytes, at + 2, end)))
    at = end
  }
  const recordBytes = RECORD_BYTES + 8 * nFeatures
  part(bytes, at, at + nRecords * recordBytes)
  const records: SampledRecord[] = []
  for (let i = 0; i < nRecords; i++, at += recordBytes) {
    const route = routes[view.getUint16(at, true)]
    const values = new Float64Array(nFeatures)
    for (let f = 0; f < nFeatures; f++) values[f] = view.getFloat64(at + RECORD_BYTES + 8 * f, true)
    if (route === undefined || values.some(isEndless)) throw new SampleError(`record ${i} is none`)
    const flags = view.getUint8(at + 4)
    records.push({
      route,
      atMs: view.getUint16(at + 2, true),
      alerted: (flags & ALERTED) !== 0,
      expected: (flags & EXPECTED) !== 0,
      rare: (flags & RARE) !== 0,
      beside: (flags & BESIDE) !== 0,
      values,
    })
  }
  const judged = view.getUint32(4, true)
  return { replica, judged, rare: view.getUint32(20, true), spanMs: view.getUint32(8, true), records }
}

function flagsOf({ alerted, expected, rare, beside }: SampledRecord): number {
  return (alerted ? ALERTED : 0) | (expected ? EXPECTED : 0) | (rare ? RARE : 0) | (beside ? BESIDE : 0)
}

function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (to > bytes.length) throw new SampleError(`of ${to} bytes ${bytes.length} are there`)
  return bytes.subarray(from, to)
}

function isEndless(value: number): boolean {
  return value === Infinity || value === -Infinity
}
