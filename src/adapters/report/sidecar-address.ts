/** Where a sidecar takes batches. */
export interface SidecarAddress {
  readonly protocol: 'http:' | 'https:'
  readonly hostname: string
  /** Empty for the protocol's own. */
  readonly port: string
  /** Path, with the query that says which answer is wanted. */
  readonly path: string
  /** Path of the Unix socket; undefined over TCP. */
  readonly socketPath: string | undefined
}

/**
 * Reads `http://host:port`, which may have a path in front of the service's own, or `unix:/path`.
 * @param answer what the sidecar shall say of a batch: the figures, or the anomalies, too
 * @param detector which of its detectors judges; default: `default`
 * @throws TypeError that says what is allowed
 */
export function sidecarAddress(
  report: string,
  answer: 'summary' | 'anomalies',
  detector?: string,
): SidecarAddress {
  const of = detector === undefined ? '' : `/detectors/${encodeURIComponent(detector)}`
  const path = `${of}/analyze-flow/batch?answer=${answer}`
  if (report.startsWith('unix:')) {
    const socketPath = report.slice('unix:'.length).replace(/^\/\/(?=\/)/, '')
    if (socketPath === '') throw new TypeError('report: behind `unix:` stands the path of a socket')
    return { protocol: 'http:', hostname: 'localhost', port: '', path, socketPath }
  }
  const url = URL.canParse(report) ? new URL(report) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new TypeError('report is http://host:port, https://host:port or unix:/path/of/the.sock')
  if (url.username !== '' || url.password !== '')
    throw new TypeError('report carries no user and password; the token of the sidecar is `token`')
  const { protocol, hostname, port, pathname } = url
  const prefix = pathname.replace(/\/+$/, '')
  return {
    protocol: protocol as SidecarAddress['protocol'],
    hostname,
    port,
    path: prefix + path,
    socketPath: undefined,
  }
}
