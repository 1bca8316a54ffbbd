import { isIP } from 'node:net'
import { FifoMap } from 'toad-cache'

const ALWAYS = ['localhost']
const NAME_AND_PORT = /^(?:\[([0-9a-f:.]+)(?:%[\w.~%-]+)?\]|([^\s:/@[\]]+))(?::\d{1,5})?$/
/** Addresses as people shorten them, `127.1` or `0x7f000001`: no name ends in a number. */
const SHORT_ADDRESS = /^[\da-fx.]*$/
/** How many spellings of allowed hosts are remembered; a client sends the same one each time. */
const MAX_KNOWN = 64

/**
 * The names under which the service may be addressed, whatever the port: the loopback name, the configured ones, and
 * every address. This stops DNS rebinding, by which a foreign page lets its own name lead to this machine: its requests
 * still carry that name as `Host`. An address cannot be such a name.
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

  allows(host: string | undefined): boolean {
    if (this.#any) return true
    if (host === undefined) return false
    if (this.#known.get(host) === true) return true
    const name = nameOf(host)
    if (name === null || !(this.#names.has(name) || isAddress(name))) return false
    this.#known.set(host, true)
    return true
  }
}

/** The name in a `Host` header, lower case, without port and final dot; null when it is none. */
export function nameOf(host: string): string | null {
  if (host.length > 300) return null
  const match = NAME_AND_PORT.exec(host.toLowerCase())
  return match === null ? null : (match[1] ?? bare(match[2] ?? ''))
}

function bare(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name.toLowerCase()
}

function isAddress(name: string): boolean {
  if (isIP(name) !== 0) return true
  if (!SHORT_ADDRESS.test(name) || !URL.canParse(`http://${name}`)) return false
  return isIP(new URL(`http://${name}`).hostname) !== 0
}
