/** Where the service was to listen. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
  /** What the names of the variables that say so begin with. */
  readonly variables: 'SENTINEL' | 'SENTINEL_ADMIN'
}

/** Says in one line why an address could not be listened on, and what to do about it. */
export function listenFailure(
  error: NodeJS.ErrnoException,
  { host, port, variables }: ListenAddress,
): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use; stop what listens there or set ${variables}_PORT to another port`
    case 'EACCES':
      return `port ${port} on ${host} may not be opened by this user; set ${variables}_PORT to one above 1023`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${variables}_HOST=${host} is no address of this machine`
    default:
      return `cannot listen on ${host} port ${port}: ${error.message.split('\n', 1)[0]}`
  }
}
