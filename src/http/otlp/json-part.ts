import type { Attributes, AttributeValue } from '../../telemetry/span/stated-facts.js'
import { isDeeper } from '../body/json-depth.js'
import { JSON_DEPTH_MOST, SPAN_JSON_LIMIT_BYTES } from '../limits.js'
import { TOO_DEEP } from '../plugins/json-body.js'

/** A part of OTLP's JSON. */
export type Part = Readonly<Record<string, unknown>>

/**
 * Parses a span or a resource.
 * @throws Error where it is no JSON, or more than may be parsed in one turn
 */
export function parsedPart(bytes: Buffer, from: number, to: number): unknown {
  if (to - from > SPAN_JSON_LIMIT_BYTES)
    throw new Error(`a span or resource is at most ${SPAN_JSON_LIMIT_BYTES / 1024} KiB`)
  const part: unknown = JSON.parse(bytes.toString('utf8', from, to))
  if (isDeeper(part, JSON_DEPTH_MOST)) throw new Error(TOO_DEEP)
  return part
}

/** The attributes of a part by their names. */
export function attributesIn(part: unknown): Attributes {
  const attributes: Record<string, AttributeValue> = Object.create(null)
  eachAttribute(part, (name, value) => {
    attributes[name] = value
  })
  return attributes
}

export function eachAttribute(part: unknown, take: (name: string, value: AttributeValue) => void): void {
  const list = (part as Part | null | undefined)?.attributes
  if (!Array.isArray(list)) return
  for (const entry of list as (Part | null)[])
    if (typeof entry?.key === 'string') take(entry.key, attributeValue(entry.value as Part))
}

function attributeValue(value: Part | null | undefined): AttributeValue {
  if (value == null) return undefined
  const { stringValue, boolValue, intValue, doubleValue, arrayValue } = value
  if (typeof stringValue === 'string') return stringValue
  if (typeof boolValue === 'boolean') return boolValue
  if (intValue !== undefined || doubleValue !== undefined) return Number(intValue ?? doubleValue)
  const values = (arrayValue as Part | undefined)?.values
  return Array.isArray(values) ? values.map((each) => attributeValue(each as Part)) : undefined
}
