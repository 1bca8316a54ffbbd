import { BlockList, isIPv4, isIPv6 } from 'node:net'

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

/**
 * Checks where the language model is said to be: a full http or https URL without credentials, query or
 * fragment, and not a link-local or cloud metadata address.
 * @throws Error with a one-line message that names the rule and never repeats a credential
 */
export function checkOllamaHost(text: string): URL {
  const allowed = 'a URL such as http://localhost:11434'
  const url = parsed(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    throw new Error(`OLLAMA_HOST must be ${allowed}, beginning with http:// or https://`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(`OLLAMA_HOST must carry no user name or password: give ${allowed}`)
  }
  if (url.search !== '' || url.hash !== '') {
    throw new Error(`OLLAMA_HOST must have no query and no fragment: give ${allowed}`)
  }
  if (isRefused(url.hostname)) {
    throw new Error(`OLLAMA_HOST must not be a link-local or cloud metadata address: give ${allowed}`)
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

/** The URL parser has already turned 0xa9fea9fe and the like into dotted form, and names into lower case. */
function isRefused(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isIPv4(name)) return REFUSED.check(name, 'ipv4')
  if (isIPv6(name)) return REFUSED.check(name, 'ipv6')
  return REFUSED_NAMES.has(name)
}
