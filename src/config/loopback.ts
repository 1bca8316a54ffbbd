import { BlockList, isIP } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * Whether an address or name to listen on is reached from this machine only. Of names only `localhost` is: where any
 * other leads is not known.
 */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '')
  switch (isIP(address)) {
    case 4:
      return LOOPBACK.check(address, 'ipv4')
    case 6:
      return LOOPBACK.check(address, 'ipv6')
    default:
      return address.toLowerCase() === 'localhost'
  }
}
