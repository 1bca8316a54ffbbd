import { isIPv6 } from 'node:net'

const IPV4_MAPPED = /^::ffff:(?=\d+\.)/i
const NETWORK_GROUPS = 4
const GROUPS = 8

/**
 * Whom an address counts for: an IPv4 address for itself, an IPv6 one for its network of 64 bits, of which one caller has
 * as many addresses as it likes.
 */
export function callerNetwork(address: string): string {
  const plain = address.replace(IPV4_MAPPED, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.replace(/%.*$/, '').split('::', 2)
  const before = groupsOf(head)
  const after = groupsOf(tail ?? '')
  const between = tail === undefined ? 0 : Math.max(0, GROUPS - before.length - after.length)
  const groups = [...before, ...Array<string>(between).fill('0'), ...after]
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => Number.parseInt(group, 16).toString(16))
  return `${network.join(':')}::/64`
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
