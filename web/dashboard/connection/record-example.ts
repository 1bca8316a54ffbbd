import type { Api } from './api.js'

type Example = Readonly<Record<string, unknown>>

interface Description {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly post?: {
          readonly requestBody?: {
            readonly content?: Readonly<Record<string, { readonly schema?: { readonly $ref?: string } }>>
          }
        }
      }
    >
  >
  readonly components?: {
    readonly schemas?: Readonly<Record<string, { readonly examples?: readonly Example[] }>>
  }
}

/** Features of requests, for which the page has fields of its own. */
const OF_REQUESTS = ['latency', 'input_length', 'errors']
const REFERENCE = '#/components/schemas/'

/** Whose record it is to be. */
export interface Whose {
  /** Where a record says that, as JSON pointers; empty where it does not matter. */
  readonly from: readonly string[]
  /** Null for nobody's. */
  readonly entity: string | null
}

/**
 * A record as the service takes them, by its own description; null where fields for requests say it all.
 * @param flow where it is sent, `./analyze-flow`
 * @throws ApiFailure
 */
export async function declaredExample(
  api: Api,
  flow: string,
  { from, entity }: Whose,
): Promise<Example | null> {
  const { paths, components } = await api.get<Description>('./openapi.json')
  const { $ref = '' } = paths[flow.slice(1)]?.post?.requestBody?.content?.['application/json']?.schema ?? {}
  const example = components?.schemas?.[$ref.replace(REFERENCE, '')]?.examples?.[0]
  if (example === undefined) return null
  if (from.length > 0) return exampleOf(example, from, entity)
  return OF_REQUESTS.every((name) => name in example) ? null : example
}

/** The example with the name of an entity where it says whose it is. */
function exampleOf(example: Example, from: readonly string[], entity: string | null): Example {
  const parts = entity === null ? [] : partsOf(entity, from.length)
  return from.reduce((record, pointers, i) => withPart(record, namesOf(pointers), parts[i]), example)
}

/** Put together with slashes they are the name again, wherever it has slashes of its own. */
function partsOf(entity: string, count: number): string[] {
  const names = entity.split('/')
  return [...names.slice(0, count - 1), names.slice(count - 1).join('/')]
}

/** The first of several ways. */
function namesOf(pointers: string): string[] {
  const [first = ''] = pointers.split(' | ')
  return first
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function withPart(
  record: Example,
  [name = '', ...others]: readonly string[],
  part: string | undefined,
): Example {
  if (others.length > 0) {
    const within = record[name]
    const holder = typeof within === 'object' && within !== null ? (within as Example) : {}
    return { ...record, [name]: withPart(holder, others, part) }
  }
  if (part !== undefined) return { ...record, [name]: part }
  const { [name]: _, ...rest } = record
  return rest
}
