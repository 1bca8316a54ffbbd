import { fastifySwagger } from '@fastify/swagger'
import fastifyPlugin from 'fastify-plugin'
import { Telemetry } from '../../detector/telemetry.js'
import { VERSION } from '../../version.js'
import { Analysis, Detail, NormalAnswer, ThreatAnswer } from '../schemas/analysis.js'
import { ErrorAnswer } from '../schemas/error.js'
import { Health, Liveness, Readiness } from '../schemas/health.js'

const NAMED = [
  Telemetry,
  Detail,
  NormalAnswer,
  ThreatAnswer,
  Analysis,
  ErrorAnswer,
  Health,
  Liveness,
  Readiness,
]

/** Registers the schemas under their names and collects every route into the OpenAPI document. */
export const openapiPlugin = fastifyPlugin(
  async (app) => {
    for (const schema of NAMED) app.addSchema(schema)
    await app.register(fastifySwagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'CodeFlow Sentinel',
          version: VERSION,
          description: 'Telemetry in, verdict out: anomaly detection beside your service.',
          license: { name: 'MIT', identifier: 'MIT' } as { name: string },
        },
        tags: [
          { name: 'analysis', description: 'Verdicts on telemetry.' },
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
  },
  { name: 'sentinel-openapi' },
)
