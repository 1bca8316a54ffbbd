import { ownCopy } from '../../text/own-copy.js'
import { valueText } from '../../text/value-text.js'
import { type Place, placeReader } from '../declared/place.js'
import type { ReadValue } from '../declared/pointer.js'
import type { Phrases } from '../features.js'
import type { TelemetryModel } from '../model.js'
import type { TelemetryRecord } from '../record.js'
import { recordTimeMs } from '../record-clock.js'
import { RouteNames } from '../route-names.js'
import { conditionIn, durationIn, type Expression, fieldIn, listIn } from './expression.js'
import { Delta, type KeyOf, type Memory, SinceLast, WindowCount } from './memory.js'
import {
  allHold,
  anyHolds,
  type Derive,
  entropyOf,
  isChoice,
  lengthOf,
  placeOf,
  ratioOf,
  timeOfDay,
} from './of-one-record.js'

/** Where a record has what is no feature. */
export interface RecordFields {
  readonly routeOf: TelemetryModel['routeOf']
  readonly timestampOf: TelemetryModel['timestampOf']
  /** Who made it. */
  readonly user: Place
}

/** One number that a derived value comes to: of the record alone, or by a memory of those before. */
export interface DerivedColumn {
  readonly suffix: string
  readonly derive?: Derive
  readonly memory?: () => Memory
  readonly label?: string
  readonly phrases?: Phrases
}

export interface DerivedColumns {
  readonly made: readonly DerivedColumn[]
  /** The names that lead to each field it is made of. */
  readonly names: readonly (readonly string[])[]
  /** What such a field may hold. */
  readonly example?: unknown
}

export interface Naming {
  readonly encoding: 'one_hot' | 'ordinal'
  readonly label: string
}

type Made = RecordFields & { readonly readerOf: (names: readonly string[]) => ReadValue }
type Make = (args: readonly string[], made: Made, naming: Naming) => DerivedColumns

const SCOPES = 'route, key (who made the request), all or a field'
const EXAMPLE_TEXT = 'an ordinary text'

/** Every derived value there is, with how it is written. */
const DERIVED: Readonly<Record<string, { readonly usage: string; readonly make: Make }>> = {
  length: { usage: 'length(text)', make: ofText(lengthOf) },
  entropy: { usage: 'entropy(text)', make: ofText(entropyOf) },
  ratio: {
    usage: 'ratio(a, b)',
    make: ([one = '', other = ''], { readerOf }) => {
      const names = [fieldIn(one), fieldIn(other)] as const
      return { made: [{ suffix: '', derive: ratioOf(readerOf(names[0]), readerOf(names[1])) }], names }
    },
  },
  any: { usage: 'any(status>=500, status=0)', make: anyOf },
  one_of: { usage: 'one_of(field, [a, b])', make: oneOf },
  hour_of_day: {
    usage: 'hour_of_day',
    make: (_, { timestampOf }, { label }) => {
      const timeMs = (record: object) => recordTimeMs(timestampOf(record as TelemetryRecord)) ?? Date.now()
      return {
        made: [
          { suffix: '.sin', derive: timeOfDay(timeMs, Math.sin), label: `${label} (sine)` },
          { suffix: '.cos', derive: timeOfDay(timeMs, Math.cos), label: `${label} (cosine)` },
        ],
        names: [],
      }
    },
  },
  count: { usage: 'count(route, 10s)', make: counting(false) },
  rate: { usage: 'rate(where status>=400, route, 60s)', make: counting(true) },
  since_last: {
    usage: 'since_last(route)',
    make: ([scope], made) => {
      const { keyOf, names } = scopeIn(scope, made)
      return { made: [{ suffix: '', memory: () => new SinceLast(keyOf) }], names, example: EXAMPLE_TEXT }
    },
  },
  delta: {
    usage: 'delta(field, route)',
    make: ([field = '', scope], made) => {
      const read = made.readerOf(fieldIn(field))
      const { keyOf, names } = scopeIn(scope, made)
      return {
        made: [{ suffix: '', memory: () => new Delta(keyOf, read) }],
        names: [fieldIn(field), ...names],
      }
    },
  },
}
/** How many parts may stand between its brackets. */
const ARGUMENTS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  length: [1, 1],
  entropy: [1, 1],
  ratio: [2, 2],
  any: [1, 8],
  one_of: [2, 2],
  hour_of_day: [0, 0],
  count: [1, 3],
  rate: [1, 3],
  since_last: [0, 1],
  delta: [1, 2],
}

/** What a derived value comes to. @throws Error saying how it is written */
export function derivedColumns({ name, args }: Expression, made: Made, naming: Naming): DerivedColumns {
  const derived = Object.hasOwn(DERIVED, name) ? DERIVED[name] : undefined
  if (derived === undefined) {
    const usages = Object.values(DERIVED).map(({ usage }) => usage)
    throw new Error(`there is no ${name.slice(0, 40)}; there are ${usages.join(', ')}, and JSON pointers`)
  }
  const [least, most] = ARGUMENTS[name] as readonly [number, number]
  if (args.length < least || args.length > most) throw new Error(`it is written ${derived.usage}`)
  return derived.make(args, made, naming)
}

function ofText(deriveOf: (read: ReadValue) => Derive): Make {
  return ([field = ''], { readerOf }) => {
    const names = fieldIn(field)
    return {
      made: [{ suffix: '', derive: deriveOf(readerOf(names)) }],
      names: [names],
      example: EXAMPLE_TEXT,
    }
  }
}

/** 1 where any of its conditions holds, else 0. */
function anyOf(args: readonly string[], { readerOf }: Made): DerivedColumns {
  const asked = args.map((arg) => conditionIn(/^where\s/.test(arg) ? arg : `where ${arg}`))
  const conditions = asked.map(({ names, holds }) => ({ read: readerOf(names), holds }))
  return { made: [{ suffix: '', derive: anyHolds(conditions) }], names: asked.map(({ names }) => names) }
}

function oneOf(
  [field = '', list = '']: readonly string[],
  { readerOf }: Made,
  naming: Naming,
): DerivedColumns {
  const names = fieldIn(field)
  const choices = listIn(list)
  const read = readerOf(names)
  const [example] = choices
  if (naming.encoding === 'ordinal')
    return { made: [{ suffix: '', derive: placeOf(read, choices) }], names: [names], example }
  const subject = naming.label.replace(/^[a-z]/, (letter) => letter.toUpperCase())
  const one = (choice: string): DerivedColumn => ({
    suffix: `=${choice.slice(0, 40)}`,
    derive: isChoice(read, choices, choice),
    label: `${naming.label} ${choice}`.slice(0, 60),
    phrases: {
      high: `${subject} is ${choice}, which it usually is not`,
      low: `${subject} is not ${choice}, which it usually is`,
    },
  })
  const other: DerivedColumn = {
    suffix: '=other',
    derive: isChoice(read, choices, null),
    label: `${naming.label} other`,
    phrases: { high: `${subject} is none that was declared` },
  }
  return { made: [...choices.map(one), other], names: [names], example }
}

function counting(perSecond: boolean): Make {
  return (args, made) => {
    const conditions = args.filter((arg) => /^where\s/.test(arg))
    const [scope, duration] = args
      .filter((arg) => !/^where\s/.test(arg))
      .reduce<readonly [string | undefined, string | undefined]>(
        ([known, ms], arg) => (/^\d/.test(arg) ? [known, arg] : [arg, ms]),
        [undefined, undefined],
      )
    const windowMs = durationIn(duration)
    const { keyOf, names } = scopeIn(scope, made)
    const asked = conditions.map(conditionIn)
    const counts = allHold(asked.map(({ holds, names }) => ({ read: made.readerOf(names), holds })))
    return {
      made: [{ suffix: '', memory: () => new WindowCount(keyOf, windowMs, counts, perSecond) }],
      names: [...names, ...asked.map((condition) => condition.names)],
    }
  }
}

/** Whose records belong together: those of a route, of who made them, of a field, or all. */
function scopeIn(scope = 'route', made: Made): { keyOf: KeyOf; names: readonly (readonly string[])[] } {
  if (scope === 'all') return { keyOf: () => '', names: [] }
  if (scope === 'route') {
    const routes = RouteNames.plain()
    return { keyOf: (record) => routes.of(made.routeOf(record as TelemetryRecord)), names: [] }
  }
  if (scope === '') throw new Error(`it needs whose records belong together: ${SCOPES}`)
  if (scope === 'key') {
    const read = placeReader(made.user)
    return { keyOf: (record) => keyText(read(record)), names: [] }
  }
  const names = fieldIn(scope)
  const read = made.readerOf(names)
  return { keyOf: (record) => keyText(read(record)), names: [names] }
}

export const LONGEST_KEY = 256

function keyText(value: unknown): string {
  const text = valueText(value) ?? ''
  return text.length <= LONGEST_KEY ? text : ownCopy(text.slice(0, LONGEST_KEY))
}
