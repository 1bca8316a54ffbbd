import { type Static, Type } from '@sinclair/typebox'
import { FeaturePolicy } from '../feature-policy.js'

/** Most features that the forest can number. */
export const FEATURES_MOST = 255

const ONE_POINTER = '(?:/(?:[^~/]|~[01])+)+'
const POINTER = `^${ONE_POINTER}(?: \\| ${ONE_POINTER})*$`
const Pointer = (description: string) =>
  Type.String({
    pattern: POINTER,
    maxLength: 200,
    allowed: 'a JSON pointer such as /usage/cpu_ms, or several: /content_length | /request_length',
    description,
  })

/** What is said of one feature. */
export const FeatureDeclaration = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z_][\\w.-]{0,39}$',
      allowed: 'a name of at most 40 letters, digits, _, - and ., beginning with a letter',
      description: 'Its name in answers, settings and metrics.',
    }),
    from: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 500,
        allowed: 'a JSON pointer such as /usage/cpu_ms, or a derived value such as length(/message)',
        description:
          'Where it stands in a record, as a JSON pointer, or several (/a | /b) of which the first that leads to a value counts; or what it is derived from. Default: the field of its name.',
      }),
    ),
    unit: Type.Optional(
      Type.String({
        maxLength: 16,
        description: 'Unit for people to read, ms; count (the default) is written without one.',
      }),
    ),
    label: Type.Optional(
      Type.String({ minLength: 1, maxLength: 40, description: 'What sentences call it. Default: its name.' }),
    ),
    ...FeaturePolicy.properties,
    scale: Type.Optional(
      Type.Union([Type.Literal('log'), Type.Literal('linear')], {
        description:
          'What is compared: ratios, as of times and sizes, or differences, as of temperatures and levels. Where it is not said: differences where values lie on both sides of 0, else ratios.',
      }),
    ),
    missing: Type.Optional(
      Type.Union([Type.Literal('refuse'), Type.Literal('median'), Type.Literal('skip'), Type.Number()], {
        default: 'refuse',
        description:
          'What becomes of a record without it: refuse (the default of a field), or median (of a derived value), judged with the usual value in its place, which has no say; skip, not judged; or a number to take. NaN, null, "" and "-" are missing, too, where it is not refuse.',
      }),
    ),
    encoding: Type.Optional(
      Type.Union([Type.Literal('one_hot'), Type.Literal('ordinal')], {
        default: 'one_hot',
        description:
          'What one_of makes of a choice: a column of 0 and 1 for each and one for any other, or its place in the list.',
      }),
    ),
    coerce: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Whether text is read as a number, and true and false as 1 and 0.',
      }),
    ),
    times: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        default: 1,
        allowed: 'a number above 0, such as 1000',
        description: 'What its values are multiplied by to be in its unit: 1000 for seconds to ms.',
      }),
    ),
    absent: Type.Optional(
      Type.Array(Type.Union([Type.Number(), Type.String({ maxLength: 64 })]), {
        maxItems: 16,
        allowed: 'a list of numbers and texts, such as [-1]',
        description:
          'Values that stand for none, besides null, NaN, "" and "-", where missing is not refuse.',
      }),
    ),
    several: Type.Optional(
      Type.Union([Type.Literal('first'), Type.Literal('last'), Type.Literal('sum'), Type.Literal('most')], {
        description:
          'What counts of several numbers in one text, with coerce: nginx writes "0.003, 0.012" where it asked two servers.',
      }),
    ),
    locale: Type.Optional(
      Type.String({
        maxLength: 35,
        allowed: 'a language tag such as de or en-US',
        description:
          'How numbers in text are written, with coerce: de has decimal commas. Default: as in JSON.',
      }),
    ),
    phrases: Type.Optional(
      Type.Object(
        {
          high: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
          low: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
          conclusion: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 80,
              description: 'What a value many times the usual one may mean.',
            }),
          ),
        },
        {
          additionalProperties: false,
          description: 'How a sentence opens that it is the cause of: "Longer queue than usual".',
        },
      ),
    ),
  },
  { additionalProperties: false, description: 'One feature.' },
)
export type FeatureDeclaration = Static<typeof FeatureDeclaration>

const Preset = Type.String({
  pattern: '^[a-z][a-z-]{0,39}$',
  allowed: 'the name of a document in presets/, such as http or nginx',
  description: 'A document in presets/ whose keys hold where they are not said here.',
})

/** Entities with a baseline of their own, where nothing else is said. */
export const ENTITIES = 64
const ENTITIES_MOST = 1024

/** What records look like, and what is watched of them. */
export const TelemetryDeclaration = Type.Object(
  {
    preset: Type.Optional(Preset),
    features: Type.Optional(
      Type.Array(FeatureDeclaration, {
        minItems: 1,
        maxItems: FEATURES_MOST,
        allowed: `a list of 1 to ${FEATURES_MOST} features`,
        description: 'What is watched. Default: latency, input_length and errors.',
      }),
    ),
    route: Type.Optional(
      Type.Union(
        [
          Pointer('Where the route, or operation, of a record stands. Default: /route.'),
          Type.Array(Pointer('A part of it.'), { minItems: 1, maxItems: 8 }),
        ],
        {
          allowed: 'a JSON pointer such as /route, or a list of them',
          description: 'Where the route of a record stands; several parts are put together. Default: /route.',
        },
      ),
    ),
    id: Type.Optional(Pointer('Where the id of a record stands; anomalies show it.')),
    trace: Type.Optional(
      Pointer('Where its trace stands, as traceparent or as an id. Default: /traceparent.'),
    ),
    timestamp: Type.Optional(
      Pointer('Where it says when it was made; with it the time of records is the time. Default: none.'),
    ),
    user: Type.Optional(Pointer('Where it says who made the request: never kept. Default: /user_id.')),
  },
  { additionalProperties: false, description: 'What records look like, and what is watched of them.' },
)
export type TelemetryDeclaration = Static<typeof TelemetryDeclaration>

/** The same of one of several detectors, which may have a baseline for each of many entities. */
export const DetectorDeclaration = Type.Object(
  {
    ...TelemetryDeclaration.properties,
    entity: Type.Optional(
      Type.Union(
        [
          Pointer('Where it stands whose record it is.'),
          Type.Array(Pointer('A part of it.'), { minItems: 1, maxItems: 8 }),
        ],
        {
          allowed: 'a JSON pointer such as /service, or a list of them',
          description:
            'Where a record says whose it is, such as /service or /tenant: each has a baseline of its own. Several parts are put together. Default: one baseline for all.',
        },
      ),
    ),
    entities: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: ENTITIES_MOST,
        default: ENTITIES,
        description:
          'Entities with a baseline of their own at a time; the least recently used makes room for a new one that keeps coming.',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'One detector: what its records look like, and what is watched of them.',
  },
)
export type DetectorDeclaration = Static<typeof DetectorDeclaration>

/** What cannot be made of a declaration; where in it stands in `path`. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError'

  constructor(
    readonly path: readonly (string | number)[],
    message: string,
  ) {
    super(message)
  }
}
