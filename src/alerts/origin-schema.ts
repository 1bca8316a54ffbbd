import { type Static, Type } from '@sinclair/typebox'

/** Which detector found something, and on what; of one that stands by itself nothing is said. */
export const Origin = Type.Object({
  detector: Type.Optional(
    Type.String({ description: 'The detector that judged; absent where `detectors` are not set up.' }),
  ),
  entity: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description: 'The entity whose baseline judged; null for the one that all others share.',
    }),
  ),
})
export type Origin = Static<typeof Origin>
