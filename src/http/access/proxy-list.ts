import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { parseProxyAddress } from '../../config/proxy-address.js'

/** An entry of `for=` in a `Forwarded` header (RFC 7239), quoted or not. */
const FOR = /(?:^|[;,])\s*for\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]*)/gi
/** An address with or without port: `192.0.2.1:80`, `[2001:db8::1]:80`, `2001:db8::1`. */
const NODE = /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+)|([\da-f:.]+))(?::\d+)?$/i
/** Longer lists of hops are somebody's play. */
const MAX_CHARS = 4096

/**
 * The proxies whose word counts about whom they ask for. Of any other, `X-Forwarded-For` and `Forwarded` are ignored:
 * everybody can write them.
 */
export class ProxyList {
  readonly #trusted = new BlockList()
  readonly empty: boolean

  constructor(proxies: readonly string[]) {
    this.empty = proxies.length === 0
    for (const text of proxies) {
      const proxy = parseProxyAddress(text)
      if (proxy !== null) this.#trusted.addSubnet(proxy.address, proxy.bits, familyOf(proxy.address))
    }
  }

  /**
   * The client's own address: the last hop that is no trusted proxy. Where both headers are there and do not agree, one
   * of them was handed through as the client wrote it, and the proxy's own address counts.
   */
  clientOf({ socket, headers }: IncomingMessage): string {
    const nearest = plain(socket.remoteAddress ?? '')
    if (!this.trusts(nearest)) return nearest
    const told = [listed(headers['x-forwarded-for']), forwarded(headers.forwarded)].filter(
      (hops) => hops.length > 0,
    )
    const clients = new Set(told.map((hops) => this.#client(nearest, hops)))
    const [client = nearest] = clients
    return clients.size > 1 ? nearest : client
  }

  #client(peer: string, hops: readonly string[]): string {
    let nearest = peer
    for (const hop of hops.toReversed()) {
      const address = addressIn(hop)
      // An obfuscated or unknown hop: who is behind it cannot be told.
      if (address === null) return nearest
      nearest = address
      if (!this.trusts(address)) return nearest
    }
    return nearest
  }

  /** Whether an address is one of these proxies. */
  trusts(address: string): boolean {
    return isIP(address) !== 0 && this.#trusted.check(address, familyOf(address))
  }
}

function listed(header: string | string[] | undefined): string[] {
  const text = String(header ?? '').slice(-MAX_CHARS)
  return text === '' ? [] : text.split(',').map((hop) => hop.trim())
}

function forwarded(header: string | undefined): string[] {
  const found = (header ?? '').slice(-MAX_CHARS).matchAll(FOR)
  return [...found].map(([, node = '']) => node.replace(/^"|"$/g, '').replaceAll(/\\(.)/g, '$1'))
}

function addressIn(hop: string): string | null {
  const match = NODE.exec(hop)
  const address = match?.[1] ?? match?.[2] ?? match?.[3] ?? ''
  return isIP(address) === 0 ? null : plain(address)
}

/** An IPv4 address without the prefix that it has on an IPv6 socket. */
function plain(address: string): string {
  return /^::ffff:\d/i.test(address) ? address.slice('::ffff:'.length) : address
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}
