import { isIPv6 } from 'node:net'
import { checkOutsideUrl } from '../../text/outside-url.js'

const RULE = { variable: 'OLLAMA_HOST', example: 'http://localhost:11434', query: false }
const OLLAMA_PORT = '11434'
/** What listens on all addresses is on this machine, whoever asks. */
const UNSPECIFIED = new Set(['0.0.0.0', '[::]'])

/**
 * Reads where the language model is as Ollama's own programs do: `host`, `host:port`, `:port`, an address of either
 * kind, or a URL. The scheme is http unless it is said, the port Ollama's unless there is a port or a scheme, and the
 * host this machine. Credentials, query, fragment, link-local and cloud metadata addresses are refused.
 * @returns a URL without a slash at its end
 * @throws Error with a one-line message that names the rule and never repeats a credential
 */
export function readOllamaHost(text: string): string {
  const url = checkOutsideUrl(completed(text.trim()), RULE)
  if (UNSPECIFIED.has(url.hostname)) url.hostname = '127.0.0.1'
  return url.href.replace(/\/+$/, '')
}

function completed(text: string): string {
  const [, scheme, rest = ''] = /^(?:([a-z][\w+.-]*):\/\/)?(.*)$/is.exec(text) ?? []
  const slash = rest.indexOf('/')
  const place = slash < 0 ? rest : rest.slice(0, slash)
  const path = slash < 0 ? '' : rest.slice(slash)
  if (scheme === undefined && place === 'ollama.com') return `https://${rest}`
  if (scheme !== undefined && place === '') return text
  return `${scheme ?? 'http'}://${withPort(place, scheme === undefined)}${path}`
}

/** @param ollamas whether the port is Ollama's where none is given, or the scheme's */
function withPort(place: string, ollamas: boolean): string {
  const address = place.replace(/^\[(.*)\]$/s, '$1')
  // The first time that Node is asked, it compiles a large pattern: a start with a name or IPv4 goes without.
  if (/:.*:/s.test(address) && isIPv6(address))
    return ollamas ? `[${address}]:${OLLAMA_PORT}` : `[${address}]`
  const [, host = '', port = ''] = /^(.*?)(?::(\d*))?$/s.exec(place) ?? []
  const given = port !== '' || !ollamas ? port : OLLAMA_PORT
  return `${host === '' ? '127.0.0.1' : host}${given === '' ? '' : `:${given}`}`
}
