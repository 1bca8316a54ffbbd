import type { FastifyInstance } from 'fastify'
import { errorResponses } from '../schemas/error.js'
import { refuseUnknown } from './list-query.js'

interface QuerySchema {
  readonly querystring?: { readonly properties?: object }
  readonly response?: object
}

/**
 * Has the routes registered after it in this scope refuse a query parameter that they do not know: what is misspelt
 * would otherwise choose nothing, and look as if it had. Not for probes and records, which others may add to.
 */
export function refuseUnknownQueries(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const { querystring, response } = (route.schema ?? {}) as QuerySchema
    const known = Object.keys(querystring?.properties ?? {})
    route.schema = { ...route.schema, response: { ...errorResponses(400), ...response } }
    route.preValidation = [
      ...[route.preValidation ?? []].flat(),
      (request, _reply, next) => {
        refuseUnknown(request.query as object, known)
        next()
      },
    ]
  })
}
