import type { Feature } from '../features.js'
import { DeclarationError, type FeatureDeclaration } from './declaration.js'
import { type ValueRules, valueReader } from './declared-value.js'
import { EXAMPLES } from './examples.js'
import { placeOf, placeReader, shownPlace, wayIn } from './place.js'
import { withValueAt } from './pointer.js'
import { type Field, numberSchema } from './record-schema.js'

/** Where a record says so of whom a feature is, in a state: other rules, other values. */
type Identity = readonly [string, unknown][]

/** What one declaration comes to. */
export interface DeclaredFeature {
  readonly features: readonly Feature[]
  /** The fields that it is made of. */
  readonly fields: readonly Field[]
  /** The fields at the top of a record that are numbers and nothing else. */
  readonly numbers: readonly string[]
  /** Whether a record without it is not judged. */
  readonly skips: boolean
}

/**
 * The feature that is declared.
 * @param path where the declaration stands
 * @throws DeclarationError
 */
export function declaredFeature(
  declaration: FeatureDeclaration,
  path: readonly (string | number)[],
): DeclaredFeature {
  const { name, from = `/${name}`, missing = 'refuse', coerce = false, locale } = declaration
  const { times = 1, absent = [], several } = declaration
  if (declaration.encoding !== undefined)
    throw new DeclarationError([...path, 'encoding'], 'it is for choices: from: one_of(field, [a, b])')
  if (locale !== undefined && !coerce)
    throw new DeclarationError(
      [...path, 'locale'],
      'it says how numbers in text are written, and text is read with coerce: true alone',
    )
  if (several !== undefined && !coerce)
    throw new DeclarationError([...path, 'several'], 'it is for text, which is read with coerce: true alone')
  if (absent.length > 0 && missing === 'refuse')
    throw new DeclarationError([...path, 'absent'], 'it needs missing, which says what becomes of those')
  const at = <T>(key: string, work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw new DeclarationError([...path, key], (error as Error).message)
    }
  }
  const place = at('from', () => placeOf(from))
  const given = definedOf({ locale, several })
  const rules: ValueRules = { missing, coerce, times, absent, ...given }
  const read = placeReader(place)
  const numberOf = at('locale', () => valueReader(shownPlace(place), rules))
  const feature: Feature = {
    ...featureFacts(declaration),
    ...identity(name, [
      ['from', from === `/${name}` ? undefined : from],
      ['scale', declaration.scale === 'linear' ? 'linear' : undefined],
      ['times', declaration.times],
      ['several', several],
    ]),
    extract: (record) => numberOf(read(record)),
    withValue: (record, value) => withValueAt(record, wayIn(record, place), value / times),
  }
  const schema = numberSchema(rules, descriptionOf(declaration))
  const required = missing === 'refuse' && place.length === 1
  const fields = place.map((way): Field => ({ names: way, schema, required, example: EXAMPLES.number }))
  return {
    features: [feature],
    fields,
    numbers: coerce ? [] : place.filter((way) => way.length === 1).flat(),
    skips: missing === 'skip',
  }
}

/** What the declaration says of a feature but for where its values come from. */
export function featureFacts(declaration: FeatureDeclaration): Omit<Feature, 'extract'> {
  const {
    name,
    unit = 'count',
    label,
    phrases,
    scale,
    direction,
    ignore,
    ignoreRelative,
    limit,
  } = declaration
  const policy = definedOf({ direction, ignore, ignoreRelative, limit })
  return {
    name,
    unit,
    ...(label !== undefined && { label }),
    ...(phrases !== undefined && { phrases: definedOf(phrases) }),
    ...(limit !== undefined && { ruleLimit: limit }),
    ...(scale !== undefined && { linear: scale === 'linear' }),
    ...(Object.keys(policy).length > 0 && { policy }),
  }
}

function identity(name: string, facts: Identity): { identity?: string } {
  const said = facts.filter(([, value]) => value !== undefined && value !== `/${name}`)
  return said.length === 0 ? {} : { identity: said.map(([key, value]) => `${key} ${value}`).join(' ') }
}

function descriptionOf({ label, name, unit }: FeatureDeclaration): string {
  return `${label ?? name}${unit === undefined || unit === 'count' ? '' : `, in ${unit}`}.`
}

function definedOf<Facts extends object>(
  facts: Facts,
): { [Key in keyof Facts]: Exclude<Facts[Key], undefined> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Facts]: Exclude<Facts[Key], undefined>
  }
}
