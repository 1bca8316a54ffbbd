import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { Detectors } from '../../detectors/detectors.js'
import type { NamedDetector } from '../../detectors/named-detector.js'
import type { Sentinel } from '../../sentinel.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { refuseUnknownQueries } from '../query/strict-query.js'
import { type DetectorAnswer, DetectorsAnswer } from '../schemas/detector.js'

export interface DetectorsRouteOptions {
  readonly detectors: Detectors
}

/** `GET /detectors`: which there are, and how much each knows. */
export const detectorsRoute: FastifyPluginCallbackTypebox<DetectorsRouteOptions> = (
  app,
  { detectors },
  done,
) => {
  refuseUnknownQueries(app)
  app.get(
    ENDPOINTS.detectors.url,
    { schema: { ...describing('detectors'), response: { 200: DetectorsAnswer } } },
    (): DetectorsAnswer => ({ detectors: detectors.all.map(answerOf) }),
  )
  done()
}

function answerOf({ name, shared, entities, telemetry }: NamedDetector): DetectorAnswer {
  return {
    name,
    features: telemetry.features.map((feature) => feature.name),
    ...figuresOf(shared),
    entities:
      entities === null
        ? null
        : {
            from: [...(telemetry.entityAt ?? [])],
            places: entities.places,
            set_aside: entities.left.setAside,
            forgotten: entities.left.forgotten,
            in_memory: [...entities].map(([entity, sentinel]) => ({ entity, ...figuresOf(sentinel) })),
          },
  }
}

function figuresOf({ detector, alertShare }: Sentinel) {
  const { records, trained, generation } = detector
  return { records, trained, generation, alert_share: alertShare }
}
