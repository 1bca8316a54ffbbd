import type { Cell } from './table.js'

interface AnyValue {
  readonly stringValue?: unknown
  readonly boolValue?: unknown
  readonly intValue?: unknown
  readonly doubleValue?: unknown
}

interface Attribute {
  readonly key?: unknown
  readonly value?: AnyValue
}

type Fields = { readonly [name: string]: unknown }

/** Whether a JSON value is an export of traces in OpenTelemetry's protocol. */
export function isTraceExport(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && Array.isArray((value as Fields).resourceSpans)
}

/** Its spans: how long each took in ms, whether it failed, its name, service and attributes. */
export function* spansOf(traces: Fields): Generator<[string, Cell][]> {
  for (const resource of listOf(traces.resourceSpans)) {
    const about = listOf((resource.resource as Fields | undefined)?.attributes)
    const service = attributesOf(about).find(([key]) => key === 'service.name')?.[1] ?? null
    for (const scope of listOf(resource.scopeSpans ?? resource.instrumentationLibrarySpans)) {
      for (const span of listOf(scope.spans)) {
        yield [
          ['latency', millisecondsOf(span)],
          ['errors', isError(span.status as Fields | undefined) ? 1 : 0],
          ['name', cellOf(span.name)],
          ['service', service],
          ...attributesOf(listOf(span.attributes)),
        ]
      }
    }
  }
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : []
}

/** Nanoseconds since 1970 exceed what a number holds exactly. */
function millisecondsOf({ startTimeUnixNano: start, endTimeUnixNano: end }: Fields): number | null {
  try {
    return Number(BigInt(end as string) - BigInt(start as string)) / 1e6
  } catch {
    return null
  }
}

function isError(status: Fields | undefined): boolean {
  return status?.code === 2 || status?.code === 'STATUS_CODE_ERROR'
}

function attributesOf(attributes: readonly Attribute[]): [string, Cell][] {
  return attributes
    .filter(({ key }) => typeof key === 'string')
    .map(({ key, value }) => [
      key as string,
      cellOf(value?.intValue ?? value?.doubleValue ?? value?.boolValue ?? value?.stringValue),
    ])
}

function cellOf(value: unknown): Cell {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}
