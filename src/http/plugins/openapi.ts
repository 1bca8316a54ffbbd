import fastifyPlugin from 'fastify-plugin'
import type { DocumentedRoute } from '../openapi.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The OpenAPI document of the routes registered after the plugin, as JSON text. */
    openapi(): Promise<string>
  }
}

/** Notes every route as it is registered, for `app.openapi()`. */
export const openapiPlugin = fastifyPlugin(
  (app, _options, done) => {
    const routes: DocumentedRoute[] = []
    app.addHook('onRoute', ({ method, url, schema }) => {
      // Fastify adds these itself, one beside every GET.
      if (method !== 'HEAD')
        routes.push({ method, url, ...(schema === undefined ? {} : { schema }) } as DocumentedRoute)
    })
    let document: Promise<string> | undefined
    app.decorate('openapi', () => {
      document ??= import('../openapi.js').then(({ openapiDocument }) => openapiDocument(routes))
      return document
    })
    done()
  },
  { name: 'sentinel-openapi' },
)
