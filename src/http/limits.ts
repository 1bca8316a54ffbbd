// What the service takes from a client, said once: docs/limits.md lists it, and a test compares the two.

const KIB = 1024
const MIB = 2 ** 20

/** Body of a request, in bytes. */
export const BODY_LIMIT_BYTES = 16 * KIB
/** Request line and headers, in bytes; how many headers these make does not matter. */
export const HEADER_LIMIT_BYTES = 16 * KIB
/** Body of a batch, in bytes. */
export const BATCH_BODY_LIMIT_BYTES = 16 * MIB
/** Bodies of batches that are taken in at a time, in bytes as announced. */
export const BATCH_BODIES_BYTES = 64 * MIB
/** Records of a batch, and spans of a request. */
export const BATCH_RECORDS_MOST = 100_000
/** A span or a resource in OTLP's JSON, in bytes: each is parsed in one turn. */
export const SPAN_JSON_LIMIT_BYTES = 256 * KIB
/** Arrays and objects in one another, in JSON that is sent. */
export const JSON_DEPTH_MOST = 32

/** How long a client may take for request line and headers, ms. */
export const HEADERS_TIMEOUT_MS = 5_000
/** How long a client may take for a whole request, ms. */
export const REQUEST_TIMEOUT_MS = 10_000
/** How long nothing may come or go on a connection, ms. */
export const IDLE_TIMEOUT_MS = 60_000
/** How often Node looks for requests that are late; its default of 30 s would stretch the time-outs. */
export const LATE_CHECK_MS = 2_000

/** Connections of the second listener. */
export const ADMIN_CONNECTIONS_MOST = 64
/** Event streams at a time. */
export const STREAMS_MOST = 16
/** Streams of how things stand at a time. */
export const LIVE_STREAMS_MOST = 32
/** Text of answers that nobody has read yet, of all connections together; small ones do not count. */
export const UNREAD_ANSWERS_BYTES = 32 * MIB

/** Requests that wait on a connection before nothing more is read from it. */
export const WAITING_HELD_AT = 64
/** Requests that wait when reading goes on. */
export const WAITING_GO_ON_AT = 16
/** Requests that may wait on all connections together. Above it, those with more than a few are ended. */
export const WAITING_MOST = 8192

/** Batches judged at a time; single requests have to come through between their slices. */
export const BATCHES_MOST = 2
/** Callers told apart by the rate limit; the count of the one not seen for longest is dropped. */
export const CALLERS_MOST = 5_000
