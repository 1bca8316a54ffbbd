import { telemetryRows } from '../../made-up/rows.js'

const ROUTES = ['/api/analyze', '/api/execute', '/api/v2/users/u-102/orders']

/** Bodies of ordinary records, sent in a cycle: far more than the window holds, so that none stands in it twice. */
export function ordinaryBodies(n = 20_000): string[] {
  return telemetryRows(n, 1).map((row, i) => bodyOf(row, i))
}

/** Bodies of records far outside of everything ordinary. */
export function attackBodies(n = 200): string[] {
  return telemetryRows(n, 2).map(([latency = 0, inputLength = 0], i) =>
    bodyOf([latency * 100, inputLength * 20, 9], i),
  )
}

/** The whole request as it goes over the wire. */
export function wireRequest(body: string, path = '/analyze-flow'): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

function bodyOf([latency = 0, inputLength = 0, errors = 0]: readonly number[], i: number): string {
  return JSON.stringify({
    latency: Math.round(latency * 1000) / 1000,
    input_length: inputLength,
    errors,
    route: ROUTES[i % ROUTES.length],
    user_id: `u-${i % 40}`,
    timestamp: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString(),
  })
}
