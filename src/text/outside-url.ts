import { BlockList, isIPv4 } from 'node:net'

/** Where clouds hand a machine's credentials to whatever runs on it. */
const REFUSED = new BlockList()
REFUSED.addSubnet('169.254.0.0', 16, 'ipv4')
REFUSED.addAddress('100.100.100.200', 'ipv4')
REFUSED.addSubnet('fe80::', 10, 'ipv6')
REFUSED.addAddress('fd00:ec2::254', 'ipv6')
REFUSED.addAddress('fd20:ce::254', 'ipv6')
// 169.254/16 written as IPv6: compatible, NAT64, 6to4. A mapped address matches the IPv4 rule already.
REFUSED.addSubnet('::a9fe:0', 112, 'ipv6')
REFUSED.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6')
REFUSED.addSubnet('2002:a9fe::', 32, 'ipv6')

const REFUSED_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
])

export interface OutsideUrlRule {
  /** The setting that gives the URL, for the message. */
  readonly variable: string
  /** A URL that would do, for the message. */
  readonly example: string
  /** Whether it may have a query. */
  readonly query: boolean
}

/**
 * Checks a URL that the service is told to send to: http or https, without credentials or fragment, and not a
 * link-local or cloud metadata address. A host name is not resolved for that.
 * @throws Error with a one-line message that names the rule and repeats nothing of the URL
 */
export function checkOutsideUrl(text: string, { variable, example, query }: OutsideUrlRule): URL {
  const allowed = `a URL such as ${example}`
  const url = parsed(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    throw new Error(`${variable} must be ${allowed}, beginning with http:// or https://`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(`${variable} must carry no user name or password: give ${allowed}`)
  }
  if (url.hash !== '' || (!query && url.search !== '')) {
    throw new Error(
      `${variable} must have ${query ? 'no fragment' : 'no query and no fragment'}: give ${allowed}`,
    )
  }
  if (isRefused(url.hostname)) {
    throw new Error(`${variable} must not be a link-local or cloud metadata address: give ${allowed}`)
  }
  return url
}

function parsed(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}

/** The URL parser has already turned 0xa9fea9fe and the like into dotted form, names into lower case, and IPv6 into brackets. */
function isRefused(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isIPv4(name)) return REFUSED.check(name, 'ipv4')
  if (hostname.startsWith('[')) return REFUSED.check(name, 'ipv6')
  return REFUSED_NAMES.has(name)
}
