/** https://www.w3.org/TR/trace-context/#traceparent-header, and what later versions append. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-.*)?$/
const NO_TRACE = '0'.repeat(32)

/** The trace id in a `traceparent`; null where there is none, or it is malformed, which is to be ignored. */
export function traceIdOf(traceparent: string | undefined): string | null {
  const id = traceparent === undefined ? undefined : TRACEPARENT.exec(traceparent.trim())?.[1]
  return id === undefined || id === NO_TRACE ? null : id
}
