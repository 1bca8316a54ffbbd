import type { TSchema } from '@sinclair/typebox'
import { type FastifySchema, fastify, type HTTPMethods } from 'fastify'
import { VERSION } from '../../config/version.js'
import type { Detectors } from '../../detectors/detectors.js'
import type { NamedDetector } from '../../detectors/named-detector.js'
import { REQUEST_TELEMETRY } from '../../telemetry/model.js'
import { schemasOf } from '../../telemetry/schemas.js'
import { referredSchemas } from '../schemas/reference.js'
import { inTermsOf } from './declared-examples.js'
import { ENDPOINTS } from './endpoints.js'
import { withErrorExamples } from './error-examples.js'

/** What the document needs to know of a route. */
export interface DocumentedRoute {
  readonly method: HTTPMethods | HTTPMethods[]
  readonly url: string
  readonly schema?: FastifySchema
}

/**
 * The OpenAPI document of these routes, as JSON text; what they refer to becomes its named components. The generator is
 * slow to load and seldom needed: it gets copies of the routes, in an app of its own, when the document is first asked
 * for.
 */
export async function openapiDocument(
  routes: readonly DocumentedRoute[],
  detectors: Detectors,
): Promise<string> {
  const { telemetry } = detectors.default
  const { default: fastifySwagger } = await import('@fastify/swagger')
  const app = fastify({ exposeHeadRoutes: false })
  app.setSerializerCompiler(() => JSON.stringify)
  app.setValidatorCompiler(() => () => true)
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'One of SENTINEL_API_TOKEN; without that none is asked for.',
          },
        },
      },
      security: [{}, { token: [] }],
      info: {
        title: 'CodeFlow Sentinel',
        version: VERSION,
        description: 'Telemetry in, verdict out: anomaly detection beside your service.',
        license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
      },
      tags: [
        { name: 'analysis', description: 'Verdicts on telemetry.' },
        { name: 'activity', description: 'What was seen lately, for people and dashboards.' },
        { name: 'anomalies', description: 'What was flagged, and why.' },
        { name: 'incidents', description: 'What goes on, and what went on lately.' },
        { name: 'operator', description: 'What the people who run it say to it.' },
        { name: 'health', description: 'State of the service.' },
        { name: 'metrics', description: 'What the service counts.' },
        { name: 'docs', description: 'This document.' },
      ],
    },
    convertConstToEnum: false,
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `schema-${index}`),
    },
  })
  const { record } = schemasOf(telemetry)
  for (const schema of referredSchemas()) app.addSchema(schema.$id === record.$id ? record : schema)
  for (const each of detectors.all) if (each.telemetry !== telemetry) app.addSchema(namedRecord(each))
  for (const { method, url, schema } of routes.flatMap((route) => byDetector(route, detectors))) {
    app.route({ method, url, ...(schema === undefined ? {} : { schema }), handler: () => null })
  }
  await app.ready()
  const document = withErrorExamples(app.swagger())
  await app.close()
  return JSON.stringify(telemetry === REQUEST_TELEMETRY ? document : inTermsOf(telemetry, document))
}

/** What a record of a detector looks like, under a name of its own. */
function namedRecord({ name, telemetry }: NamedDetector): TSchema {
  return { ...schemasOf(telemetry).record, $id: `Telemetry-${name}` }
}

/** A route of any detector as one for each, with what its records look like. */
function byDetector(route: DocumentedRoute, detectors: Detectors): DocumentedRoute[] {
  const { detectorFlow, detectorBatch } = ENDPOINTS
  if (route.url !== detectorFlow.url && route.url !== detectorBatch.url) return [route]
  const takesOne = route.url === detectorFlow.url
  return detectors.all.map(({ name, telemetry }) => {
    const {
      params: _,
      operationId,
      ...schema
    } = (route.schema ?? {}) as FastifySchema & { operationId?: string }
    const id = telemetry === detectors.default.telemetry ? 'Telemetry' : `Telemetry-${name}`
    const named = { ...schema, operationId: `${operationId}-${name}` }
    const body = { $ref: `${id}#` }
    return {
      ...route,
      url: route.url.replace(':name', name),
      schema: takesOne ? { ...named, body } : named,
    }
  })
}
