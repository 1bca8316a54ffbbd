import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { allowedBy, type ValueSchema } from '../../text/allowed.js'
import { quoted } from '../../text/quoted.js'
import { ConfigDocument } from './file-schema.js'
import { nearest } from './nearest.js'

/** Names and places that lead to something in a document. */
export type Path = readonly (string | number)[]

/** What is wrong with a document, and where. */
export interface DocumentFault {
  readonly path: Path
  readonly message: string
  /** Whether it is the name that is wrong, and not what stands there. */
  readonly ofKey: boolean
}

type Settings = Readonly<Record<string, unknown>>

/** Compiled with the first document: that takes much longer than to use it. */
let validate: ValidateFunction | undefined

/** The first thing that is wrong with the settings of a file; null where nothing is. */
export function documentFault(settings: Settings): DocumentFault | null {
  validate ??= new Ajv({
    verbose: true,
    validateSchema: false,
    meta: false,
    keywords: ['allowed', 'allowedNames', 'restart'],
    // To have the code shortened takes as long as all else.
    code: { optimize: false },
  }).compile(ConfigDocument)
  // What is left empty is not said.
  if (validate(withoutNothing(settings))) return null
  // Of a union there is an error for each form, and the union's own last.
  const error = validate.errors?.at(-1) as ErrorObject
  const path = pathOf(error.instancePath)
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(path, String(error.params.additionalProperty), error)
    case 'required':
      return { path, ofKey: false, message: `${error.params.missingProperty} is missing in it` }
    default:
      return { path, ofKey: false, message: mustBe(error) }
  }
}

function unknownKey(path: Path, key: string, { parentSchema }: ErrorObject): DocumentFault {
  const { properties, allowedNames } = parentSchema as { properties?: object; allowedNames?: string }
  if (allowedNames !== undefined)
    return { path: [...path, key], ofKey: true, message: `it must be ${allowedNames}` }
  const known = Object.keys(properties ?? {}).filter((one) => one !== '$schema')
  const meant = known.includes(shortName(key)) ? shortName(key) : nearest(key, known)
  const near = meant === null ? `there are ${known.join(', ')}` : `did you mean ${meant}?`
  return { path: [...path, key], ofKey: true, message: `there is no such setting; ${near}` }
}

/** Of a variable's name what it is called in the file. */
function shortName(key: string): string {
  return key.toLowerCase().replace(/^sentinel_/, '')
}

/** Of the value it repeats only what is short and no secret. */
function mustBe({ data, parentSchema }: ErrorObject): string {
  const schema = parentSchema as ValueSchema & { writeOnly?: boolean }
  const secret = schema.writeOnly === true || (typeof data === 'string' && data.includes('@'))
  const shown = secret
    ? '"…"'
    : typeof data === 'string'
      ? quoted(data, 40)
      : typeof data === 'object'
        ? kindOf(data)
        : String(data)
  return `it must be ${allowedBy(schema)}; got ${shown}`
}

function kindOf(data: object | null): string {
  return data === null ? 'nothing' : Array.isArray(data) ? 'a list' : 'settings by name'
}

function pathOf(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((name) => (/^\d+$/.test(name) ? Number(name) : name.replaceAll('~1', '/').replaceAll('~0', '~')))
}

function withoutNothing(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null))
}
