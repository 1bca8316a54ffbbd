import { fastifyHelmet } from '@fastify/helmet'
import fastifyPlugin from 'fastify-plugin'

type Directives = Readonly<Record<string, readonly string[]>>

/** For answers that are no pages: should a browser show one, nothing in it may load or run. */
const ANSWER: Directives = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
}

/** For pages, which load everything from the service itself. */
const PAGE: Directives = {
  ...ANSWER,
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'worker-src': ["'self'", 'blob:'],
}

/** For the dashboard, which needs no more than scripts and styles of its own. */
const OWN_PAGE: Directives = {
  ...ANSWER,
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
}

/** For a page that runs the forest: to compile WebAssembly takes a permission of its own, not that of `eval`. */
const FOREST_PAGE: Directives = {
  ...OWN_PAGE,
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'worker-src': ["'self'"],
}

/** The `helmet` option of a route that serves a page. */
export const pageHelmet = { contentSecurityPolicy: policyOf(PAGE) }

/** As `pageHelmet`, for a page of which every script and style is a file of its own. */
export const ownPageHelmet = { contentSecurityPolicy: policyOf(OWN_PAGE) }

/** As `ownPageHelmet`, for a page that runs the forest: cross-origin isolated, so that it may share memory. */
export const forestPageHelmet = {
  contentSecurityPolicy: policyOf(FOREST_PAGE),
  crossOriginEmbedderPolicy: { policy: 'require-corp' as const },
}

/** Security headers for the routes of the scope; a route that serves a page says so by its `helmet` option. */
export const pageSecurityPlugin = fastifyPlugin(
  async (app) => {
    await app.register(fastifyHelmet, {
      contentSecurityPolicy: policyOf(ANSWER),
      // That header is for whoever ends TLS to send, and this service does not.
      strictTransportSecurity: false,
    })
  },
  { name: 'sentinel-page-security' },
)

function policyOf(directives: Directives) {
  return {
    useDefaults: false,
    directives: Object.fromEntries(Object.entries(directives).map(([name, sources]) => [name, [...sources]])),
  }
}
