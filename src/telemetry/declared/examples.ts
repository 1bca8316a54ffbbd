const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'

/** What the examples of the API's description hold. Nothing is known of a route of this name: it is answered `OK`. */
export const EXAMPLES = {
  number: 12.5,
  route: '/example/ordinary',
  service: 'shop',
  user: 'u-102',
  timestamp: '2026-01-01T00:00:00.000Z',
  traceId: TRACE_ID,
  trace: `00-${TRACE_ID}-00f067aa0ba902b7-01`,
  id: 'job-4711',
} as const
