import fastifyPlugin from 'fastify-plugin'
import type { Detectors } from '../../detectors/detectors.js'
import type { DocumentedRoute } from '../openapi/openapi.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The OpenAPI document of the routes registered after this plugin, as JSON text. */
    openapi(): Promise<string>
  }
}

export interface OpenapiOptions {
  /** What records are described as. */
  readonly detectors: Detectors
}

/**
 * Notes every route as it is registered, for `app.openapi()`. Registered after all plugins that add to the description
 * of routes.
 */
export const openapiPlugin = fastifyPlugin<OpenapiOptions>(
  (app, { detectors }, done) => {
    const routes: DocumentedRoute[] = []
    app.addHook('onRoute', ({ method, url, schema }) => {
      // Fastify adds a HEAD route beside every GET, which the document leaves out.
      if (method !== 'HEAD')
        routes.push({ method, url, ...(schema === undefined ? {} : { schema }) } as DocumentedRoute)
    })
    let document: Promise<string> | undefined
    app.decorate('openapi', () => {
      document ??= import('../openapi/openapi.js').then(({ openapiDocument }) =>
        openapiDocument(routes, detectors),
      )
      return document
    })
    done()
  },
  {
    name: 'sentinel-openapi',
    dependencies: ['sentinel-errors', 'sentinel-protection', 'sentinel-json-body'],
  },
)
