import { OPEN_BRACE, OPEN_BRACKET } from '../batch/value-scan.js'
import { ApiError } from '../errors/error-codes.js'
import { attributesIn, parsedPart } from './json-part.js'
import { JsonWalk, type Visit } from './json-walk.js'
import { SERVICE_NAME, serviceNamed } from './otlp-span.js'
import type { SpanIndex } from './span-index.js'

const NULL = 'null'

/**
 * Finds the spans of an `ExportTraceServiceRequest` in OTLP's JSON, without parsing them: yields now and then, so that
 * whoever waits for the event loop may have it.
 * @throws SyntaxError where it is no JSON, ApiError where it is no such request
 */
export function* indexJsonSpans(bytes: Buffer, index: SpanIndex): Generator<void> {
  const walk = new JsonWalk(bytes)
  const start = walk.ink(0)
  if (start === bytes.length) throw new SyntaxError('it is empty')
  const end = yield* inObject(walk, 'resourceSpans', {
    resourceSpans: list(walk, resourceSpans(walk, index)),
  })(start)
  if (walk.ink(end) < bytes.length) throw new SyntaxError('there is something behind its end')
}

function resourceSpans(walk: JsonWalk, index: SpanIndex): Visit {
  return function* (at) {
    const from = index.size
    let service: string | undefined
    const end = yield* inObject(walk, 'scopeSpans', {
      *resource(value) {
        const behind = yield* walk.skip(value)
        service = serviceNamed(attributesIn(parsedPart(walk.bytes, value, behind))[SERVICE_NAME])
        return behind
      },
      scopeSpans: list(walk, scopeSpans(walk, index)),
    })(at)
    // The resource may stand behind its spans.
    index.nameFrom(from, service)
    return end
  }
}

function scopeSpans(walk: JsonWalk, index: SpanIndex): Visit {
  return inObject(walk, 'spans', {
    spans: list(walk, function* (at) {
      const end = yield* walk.skip(at)
      index.push(at, end)
      return end
    }),
  })
}

/** Goes through an object, and through those members that are named. @param wanted what it is expected to hold */
function inObject(walk: JsonWalk, wanted: string, members: Readonly<Record<string, Visit>>): Visit {
  return function* (at) {
    if (walk.bytes[at] !== OPEN_BRACE) throw noRequest(wanted)
    return yield* walk.members(at, (name) => {
      if (!Object.hasOwn(members, name)) return undefined
      const visit = members[name] as Visit
      return name === 'resource' ? visit : listOf(walk, name, visit)
    })
  }
}

const list =
  (walk: JsonWalk, visit: Visit): Visit =>
  (at) =>
    walk.elements(at, visit)

/** A list that may be left out. @throws ApiError where something else stands there */
function listOf(walk: JsonWalk, name: string, visit: Visit): Visit {
  return (at) => {
    if (walk.bytes[at] === OPEN_BRACKET) return visit(at)
    if (walk.bytes.toString('latin1', at, at + NULL.length) === NULL) return walk.skip(at)
    throw noRequest(name)
  }
}

function noRequest(name: string): ApiError {
  return new ApiError(
    'SENTINEL_INVALID_BODY',
    `the body is no ExportTraceServiceRequest: ${name} must be a list`,
  )
}
