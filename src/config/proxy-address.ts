import { isIP } from 'node:net'

/** An address, or the subnet that its first bits name. */
export interface ProxyAddress {
  readonly address: string
  readonly bits: number
}

/** `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`; null for anything else. */
export function parseProxyAddress(text: string): ProxyAddress | null {
  const [address = '', suffix, more] = text.split('/')
  const family = isIP(address)
  const most = family === 4 ? 32 : 128
  const bits = suffix === undefined ? most : /^\d{1,3}$/.test(suffix) ? Number(suffix) : most + 1
  return family === 0 || bits > most || more !== undefined ? null : { address, bits }
}
