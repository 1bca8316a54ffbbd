import { type Static, Type } from '@sinclair/typebox'

/** Which differences of one feature from its median may count. */
export const FeaturePolicy = Type.Object(
  {
    direction: Type.Optional(
      Type.Union([Type.Literal('high'), Type.Literal('low'), Type.Literal('both')], {
        description: 'Values below the median never count with `high`, above it never with `low`.',
      }),
    ),
    ignore: Type.Optional(
      Type.Number({ minimum: 0, description: 'Differences from the median up to this many units are none.' }),
    ),
    ignoreRelative: Type.Optional(
      Type.Number({ minimum: 0, description: 'As `ignore`, as a share of the median: 0.2 is 20%.' }),
    ),
    limit: Type.Optional(
      Type.Number({ minimum: 0, description: 'A value above it is always answered with `freeze`.' }),
    ),
  },
  { additionalProperties: false },
)
export type FeaturePolicy = Static<typeof FeaturePolicy>

/** Policies by feature name. */
export const FeaturePolicies = Type.Record(Type.String(), FeaturePolicy)
export type FeaturePolicies = Static<typeof FeaturePolicies>
