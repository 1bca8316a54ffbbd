import { type FastifySchema, fastify, type HTTPMethods } from 'fastify'
import { Incident } from '../alerts/incident.js'
import { Detail } from '../anomalies/detail.js'
import { VERSION } from '../config/version.js'
import { Telemetry } from '../telemetry/record.js'
import { Analysis, NormalAnswer, ThreatAnswer } from './schemas/analysis.js'
import { ErrorAnswer } from './schemas/error.js'
import { Health, Liveness, Readiness } from './schemas/health.js'

/** The components of the document, each under its `$id`. */
const COMPONENTS = [
  Telemetry,
  Detail,
  Incident,
  NormalAnswer,
  ThreatAnswer,
  Analysis,
  ErrorAnswer,
  Health,
  Liveness,
  Readiness,
]

/** What the document needs to know of a route. */
export interface DocumentedRoute {
  readonly method: HTTPMethods | HTTPMethods[]
  readonly url: string
  readonly schema?: FastifySchema
}

/**
 * The OpenAPI document of these routes, as JSON text. Few requests ever want it and the generator is slow to
 * load, so it works on a copy of the routes, in an app of its own, when the document is first asked for.
 */
export async function openapiDocument(routes: readonly DocumentedRoute[]): Promise<string> {
  const { fastifySwagger } = await import('@fastify/swagger')
  const app = fastify({ exposeHeadRoutes: false })
  app.setSerializerCompiler(() => JSON.stringify)
  app.setValidatorCompiler(() => () => true)
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'CodeFlow Sentinel',
        version: VERSION,
        description: 'Telemetry in, verdict out: anomaly detection beside your service.',
        license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
      },
      tags: [
        { name: 'analysis', description: 'Verdicts on telemetry.' },
        { name: 'anomalies', description: 'What was flagged, and why.' },
        { name: 'incidents', description: 'What goes on, and what went on lately.' },
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
  for (const schema of COMPONENTS) app.addSchema(schema)
  for (const { method, url, schema } of routes) {
    app.route({ method, url, ...(schema === undefined ? {} : { schema }), handler: () => null })
  }
  await app.ready()
  const document = JSON.stringify(app.swagger())
  await app.close()
  return document
}
