import type { AttributeValue } from '../../telemetry/span/stated-facts.js'
import type { MessageReader } from './message-reader.js'
import { ANY_VALUE, KEY_VALUE, LIST } from './otlp-fields.js'

/** Lists within lists are nothing that is used. */
const LIST_DEPTH = 1

/** Whether an attribute is wanted, and what takes it. */
export interface AttributeSink {
  wants(name: string): boolean
  take(name: string, value: AttributeValue): void
}

/** Reads one attribute, where its name is one of those that are wanted. @throws RangeError where it is none */
export function readAttribute(reader: MessageReader, end: number, sink: AttributeSink): void {
  let key = ''
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === KEY_VALUE.key) {
      key = reader.text(end)
      if (!sink.wants(key)) {
        reader.moveTo(end)
        return
      }
    } else if (field === KEY_VALUE.value) {
      sink.take(key, readValue(reader, reader.enter(end), 0))
    }
  }
}

function readValue(reader: MessageReader, end: number, depth: number): AttributeValue {
  let value: AttributeValue
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === ANY_VALUE.text) value = reader.text(end)
    else if (field === ANY_VALUE.truth) value = reader.integer() !== 0
    else if (field === ANY_VALUE.integer) value = reader.integer()
    else if (field === ANY_VALUE.double) value = reader.double()
    else if (field === ANY_VALUE.list && depth < LIST_DEPTH)
      value = readList(reader, reader.enter(end), depth)
  }
  return value
}

function readList(reader: MessageReader, end: number, depth: number): AttributeValue[] {
  const values: AttributeValue[] = []
  for (let field = reader.next(end); field !== 0; field = reader.next(end))
    if (field === LIST.values) values.push(readValue(reader, reader.enter(end), depth + 1))
  return values
}
