import { fastifyHelmet } from '@fastify/helmet'
import fastifyPlugin from 'fastify-plugin'

type Directives = Readonly<Record<string, readonly string[]>>

/** An answer that is no page: nothing in it may load, run or be framed. */
const ANSWER: Directives = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
}

/** A page needs nothing from elsewhere, and the browser is told to let nothing else in. */
const PAGE: Directives = {
  ...ANSWER,
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'worker-src': ["'self'", 'blob:'],
}

/** A page that runs the forest compiles WebAssembly, which is a right of its own and not `eval`. */
const FOREST_PAGE: Directives = {
  ...ANSWER,
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'worker-src': ["'self'"],
}

/** The `helmet` option of a route that serves a page. */
export const pageHelmet = { contentSecurityPolicy: policyOf(PAGE) }

/** As `pageHelmet`, for a page that runs the forest: cross-origin isolated, so that it may share memory. */
export const forestPageHelmet = {
  contentSecurityPolicy: policyOf(FOREST_PAGE),
  crossOriginEmbedderPolicy: { policy: 'require-corp' as const },
}

/** Security headers for the routes of the scope; a route that serves a page says so by its `helmet` option. */
export const pageSecurityPlugin = fastifyPlugin(
  async (app) => {
    await app.register(fastifyHelmet, {
      contentSecurityPolicy: policyOf(ANSWER),
      // Transport security is the word of whoever ends TLS, and this service does not.
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
