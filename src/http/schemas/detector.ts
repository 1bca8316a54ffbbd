import { type Static, Type } from '@sinclair/typebox'

/** Which of several detectors, and which entity, something is about. */
export const OriginQuery = Type.Object({
  detector: Type.Optional(
    Type.String({
      description: 'Only what this detector is about; GET /detectors lists them.',
      examples: ['default'],
    }),
  ),
  entity: Type.Optional(
    Type.String({
      description: 'Only what the baseline of this entity is about; empty for the one that all others share.',
    }),
  ),
})
export type OriginQuery = Static<typeof OriginQuery>

/** The same of what is known of a detector as a whole. */
export const DetectorQuery = Type.Object({ detector: OriginQuery.properties.detector })

/** What `/detectors/:name/…` is asked of. */
export const DetectorParams = Type.Object({
  name: Type.String({
    description: 'Name of the detector; GET /detectors lists them.',
    examples: ['default'],
  }),
})

export const DetectorHeaders = Type.Object({
  'x-sentinel-detector': Type.Optional(
    Type.String({
      description: 'Name of the detector that judges; default: `default`.',
      examples: ['default'],
    }),
  ),
})

const Baseline = {
  records: Type.Integer({ minimum: 0, description: 'Records judged, with those of earlier processes.' }),
  trained: Type.Boolean({ description: 'Whether a forest judges; until then the static rules do.' }),
  generation: Type.Integer({
    minimum: 0,
    description: 'Which fit of the forest decides; 0 before the first.',
  }),
  alert_share: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'Of the last 20,000 records, alerted by themselves.',
  }),
}

/** One detector, and what it knows. */
export const DetectorAnswer = Type.Object({
  name: Type.String(),
  features: Type.Array(Type.String(), { description: 'What is watched.' }),
  ...Baseline,
  entities: Type.Union(
    [
      Type.Object({
        from: Type.Array(Type.String(), {
          description:
            'Where a record says whose it is, as JSON pointers; several parts are put together with slashes.',
        }),
        places: Type.Integer({ description: 'Entities that may have a baseline in memory.' }),
        set_aside: Type.Integer({ description: 'Whose baseline left memory for its file, since the start.' }),
        forgotten: Type.Integer({ description: 'Whose baseline is gone, since the start.' }),
        in_memory: Type.Array(Type.Object({ entity: Type.String(), ...Baseline }), {
          description: 'The last used one first.',
        }),
      }),
      Type.Null(),
    ],
    {
      description: 'Null where all records share one baseline; else the figures above are of the shared one.',
    },
  ),
})
export type DetectorAnswer = Static<typeof DetectorAnswer>

const EXAMPLE: DetectorAnswer = {
  name: 'default',
  features: ['latency', 'input_length', 'errors'],
  records: 4711,
  trained: true,
  generation: 9,
  alert_share: 0.001,
  entities: null,
}

export const DetectorsAnswer = Type.Object(
  { detectors: Type.Array(DetectorAnswer) },
  { description: 'The detectors, `default` first.', examples: [{ detectors: [EXAMPLE] }] },
)
export type DetectorsAnswer = Static<typeof DetectorsAnswer>
