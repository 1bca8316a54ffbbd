/** What is used of Express' request, 4 and 5. */
interface RoutedRequest {
  params?: Readonly<Record<string, unknown>>
  baseUrl: string
  route?: { readonly path: unknown } | undefined
  /** The application that handles it; its `request` is the prototype of all its requests. */
  readonly app?: { readonly request: object } | undefined
}

/** Under which a request keeps what was followed of its way. */
const WAY = Symbol('codeflow-sentinel.way')
type Followed = RoutedRequest & { [WAY]?: Way }

/**
 * The way of a request through the routers: `/api/:tenant/users/:id`. Express itself forgets it: `baseUrl` holds the
 * values instead of the names, and after a thrown error it is that of the application again, so that a failure would
 * have another route than a success.
 */
class Way {
  route: RoutedRequest['route']
  /** Mount path and pattern of the route that matched last. */
  matched: string | undefined
  #base = ''
  /** Pattern of a mount path, where it is not the path itself. */
  #patterns: Map<string, string> | null = null

  get base(): string {
    return this.#base
  }

  /** The routers enter a mount path, with its parameters, or leave it. */
  enter(base: string, params: RoutedRequest['params']): void {
    const parent = this.#base
    this.#base = base
    if (base.length <= parent.length || !base.startsWith(parent)) return
    const pattern = this.#patternOf(parent) + withNames(base.slice(parent.length), params ?? {})
    if (pattern !== base) this.#patterns = (this.#patterns ?? new Map()).set(base, pattern)
  }

  match(route: RoutedRequest['route']): void {
    this.route = route
    if (route != null) this.matched = this.#patternOf(this.#base) + textOf(route.path)
  }

  #patternOf(base: string): string {
    return this.#patterns?.get(base) ?? base
  }
}

/**
 * Follows the request from here on: the first request of an application has its `baseUrl` and `route` replaced by
 * accessors, on the prototype of all its requests.
 */
export function followWay(request: RoutedRequest): void {
  const prototype = request.app?.request
  if (prototype === undefined) return
  if (!(WAY in prototype)) Object.defineProperties(prototype, ACCESSORS)
  if (!Object.hasOwn(request, 'baseUrl')) return
  // It was set before the accessors were there.
  const { baseUrl } = request
  delete (request as Partial<RoutedRequest>).baseUrl
  request.baseUrl = baseUrl
}

/** The pattern that matched, with the path it is mounted at; undefined where none did. */
export function wayOf(request: RoutedRequest): string | undefined {
  const way = (request as Followed)[WAY]
  if (way !== undefined) return way.matched
  return request.route == null ? undefined : request.baseUrl + textOf(request.route.path)
}

const ACCESSORS: PropertyDescriptorMap = {
  [WAY]: { value: undefined, writable: true },
  baseUrl: {
    get(this: Followed) {
      return this[WAY]?.base ?? ''
    },
    set(this: Followed, base: unknown) {
      // At the end the routers put back what was there before them, which may be nothing.
      wayFor(this).enter(typeof base === 'string' ? base : '', this.params)
    },
    configurable: true,
  },
  route: {
    get(this: Followed) {
      return this[WAY]?.route
    },
    set(this: Followed, route: RoutedRequest['route']) {
      wayFor(this).match(route)
    },
    configurable: true,
  },
}

function wayFor(request: Followed): Way {
  const known = request[WAY]
  if (known !== undefined) return known
  const way = new Way()
  request[WAY] = way
  return way
}

/** The path with each value of a parameter replaced by the parameter's name, the last segments first. */
function withNames(path: string, params: Readonly<Record<string, unknown>>): string {
  const segments = path.split('/')
  for (const [name, value] of Object.entries(params)) {
    const at = segments.findLastIndex((segment) => segment !== '' && decoded(segment) === String(value))
    if (at >= 0) segments[at] = `:${name}`
  }
  return segments.join('/')
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** A pattern is text, a regular expression, or several of them. */
function textOf(path: unknown): string {
  const text = Array.isArray(path) ? path.map(String).join('|') : String(path)
  return text === '/' ? '' : text
}
