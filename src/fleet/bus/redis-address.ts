/** Where and how to connect, as the client takes it. */
export interface RedisAddress {
  readonly host?: string
  readonly port?: number
  readonly path?: string
  readonly username?: string
  readonly password?: string
  readonly db?: number
  readonly tls?: { readonly servername?: string }
}

const DEFAULT_PORT = 6379

/**
 * Reads `redis://`, `rediss://` (TLS) or `unix://` with a path, each with user and password, and the number of a database
 * as path or, of a socket, as `?db=`.
 * @throws TypeError for what is no such address
 */
export function redisOptions(text: string): RedisAddress {
  if (!URL.canParse(text)) throw new TypeError('it is no URL')
  const url = new URL(text)
  const { protocol, hostname, port, pathname } = url
  const access = {
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  }
  if (protocol === 'unix:') {
    if (pathname.length < 2) throw new TypeError('it names no socket')
    return { path: decodeURIComponent(pathname), ...access, ...dbOf(url.searchParams.get('db') ?? '') }
  }
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw new TypeError(`${protocol}// is no such address`)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (host === '') throw new TypeError('it names no host')
  return {
    host,
    port: port === '' ? DEFAULT_PORT : Number(port),
    ...access,
    ...dbOf(pathname.slice(1)),
    ...(protocol === 'rediss:' ? { tls: { servername: host } } : {}),
  }
}

function dbOf(text: string): { db?: number } {
  if (text === '') return {}
  if (!/^\d{1,5}$/.test(text)) throw new TypeError('the database is a number')
  return { db: Number(text) }
}
