import { isIP } from 'node:net'
import { FifoMap } from 'toad-cache'

const ALWAYS = ['localhost', '127.0.0.1', '::1']
const NAME_AND_PORT = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@[\]]+))(?::\d{1,5})?$/
/** How many spellings of allowed hosts are remembered; a client sends the same one each time. */
const MAX_KNOWN = 64

/**
 * The names under which the service may be addressed: the loopback names, the configured ones, and the very address
 * that a connection came in on, whatever the port. This stops DNS rebinding, by which a foreign page lets its own name
 * lead to this machine: its requests still carry that name as `Host`.
 */
export class HostList {
  readonly #names: ReadonlySet<string>
  readonly #any: boolean
  /** Header values that were found to be allowed, so that the next request costs one look-up. */
  readonly #known = new FifoMap<true>(MAX_KNOWN)

  constructor(names: readonly string[]) {
    this.#any = names.includes('*')
    this.#names = new Set([...ALWAYS, ...names.map((name) => nameOf(name) ?? bare(name))])
  }

  /** @param connection the one that the request came over; asked for its address when `host` is none of the names */
  allows(
    host: string | undefined,
    connection: { readonly localAddress?: string | undefined } | undefined,
  ): boolean {
    if (this.#any) return true
    if (host === undefined) return false
    if (this.#known.get(host) === true) return true
    const name = nameOf(host)
    if (name === null) return false
    if (!this.#names.has(name)) return isIP(name) !== 0 && name === plainAddress(connection?.localAddress)
    this.#known.set(host, true)
    return true
  }
}

/** The name in a `Host` header, lower case, without port and final dot; null when it is none. */
function nameOf(host: string): string | null {
  if (host.length > 300) return null
  const match = NAME_AND_PORT.exec(host.toLowerCase())
  return match === null ? null : (match[1] ?? bare(match[2] ?? ''))
}

function bare(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name.toLowerCase()
}

/** An IPv4 address without the prefix that it has on an IPv6 socket. */
function plainAddress(address: string | undefined): string | undefined {
  return address?.startsWith('::ffff:') === true ? address.slice('::ffff:'.length) : address
}
