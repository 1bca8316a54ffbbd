import { type Static, Type } from '@sinclair/typebox'
import { Check } from '@sinclair/typebox/value'
import { plainText } from '../../text/plain-text.js'
import type { FeatureFact } from './facts.js'
import { figuresHold } from './figures.js'

/** What is kept of the model's words. @internal */
export const MAX_ASSESSMENT_CHARS = 400

/** The JSON that the model must answer with; sent to it as `format`. @internal */
export const ModelAnswer = Type.Object(
  { assessment: Type.String({ minLength: 1, maxLength: 4000 }) },
  { additionalProperties: false },
)
/** @internal */
export type ModelAnswer = Static<typeof ModelAnswer>

/** A model's explanation of one anomaly, as it is shown. */
export interface Assessment {
  /** The rules' sentence, which is true whatever the model says, then the model's own words. */
  readonly text: string
  readonly model: string
  /** How long the model took; 0 when the words came from the cache. */
  readonly ms: number
}

/** The model answered, but not with what was asked for. @internal */
export class InvalidAnswerError extends Error {
  override readonly name = 'InvalidAnswerError'
}

/**
 * The model's words in the content of its message, which is JSON of the schema `ModelAnswer`: by itself, in a fence, or
 * behind what the model thought aloud.
 * @throws InvalidAnswerError for anything else
 * @internal
 */
export function readAnswer(content: unknown): string {
  if (typeof content !== 'string') throw new InvalidAnswerError('the answer has no message')
  const said = content.slice(endOfThoughts(content)).trim()
  if (said === '') throw new InvalidAnswerError('the message is empty')
  if (UNENDED_THOUGHT.test(said)) {
    throw new InvalidAnswerError('the message ends before the model has thought to the end')
  }
  // A fence, and whatever else is said around the answer, is outside of its braces.
  const answer = parsed(said) ?? parsed(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1))
  if (answer === undefined) throw new InvalidAnswerError('the message is no JSON')
  if (!Check(ModelAnswer, answer)) throw new InvalidAnswerError('the message has another schema')
  return answer.assessment
}

const END_OF_THOUGHT = /<\/(?:think|thinking|thought|reasoning|reflection)>/gi
const UNENDED_THOUGHT = /^<(?:think|thinking|thought|reasoning|reflection)>/i

/** Behind the last block of thoughts; some chat templates open the block themselves, so that only its end shows. */
function endOfThoughts(content: string): number {
  let end = 0
  for (const { 0: tag, index } of content.matchAll(END_OF_THOUGHT)) end = index + tag.length
  return end
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * A model's words as they may be shown: one line of plain text of at most 400 characters.
 * @throws InvalidAnswerError when nothing visible is left, or the words have a link or a figure that is none of the
 *   facts
 * @internal
 */
export function shownWords(words: string, facts: readonly FeatureFact[]): string {
  const line = plainText(words, MAX_ASSESSMENT_CHARS)
  if (line === '') throw new InvalidAnswerError('the message has no visible text')
  // People follow links in alerts, and the text of the route, which the model reads, may have asked for one.
  if (hasLink(line)) throw new InvalidAnswerError('the message has a link')
  if (!figuresHold(line, facts)) {
    throw new InvalidAnswerError('the message has a figure that is none of the facts')
  }
  return line
}

/** What programs that show text make a link or an image of, in the letters that it stands for (`ｗｗｗ．` is `www.`). */
const LINKS = [
  // With a scheme, or without one as in `//host/path`; schemes that have no slashes.
  /\/\/|\\\\|\b(?:mailto|tel|sms|data|javascript|vbscript|file|magnet|geo):/iu,
  // Markdown and what HTML follows or loads.
  /!\[|\]\s*[([:]|<(?:a|img|picture|source|i?frame|link|script|object|embed|svg|video|audio|form|base|meta|style)\b/iu,
  // A name with a dot and a letter behind it, and the part of an address before it.
  /[\p{L}\p{N}\p{M}_-][.\u3002]\p{L}[\p{L}\p{N}\p{M}-]+/u,
  /\S@\S/u,
  // Numbers as an address.
  /\b\d{1,3}(?:\.\d{1,3}){3}\b|\[[\da-f]*:[\da-f:.]+\]/iu,
]
/** Short forms that are no names of hosts, although they look like one. */
const NO_NAMES = /\b(?:e\.g|i\.e|p\.m|a\.m)\b/giu

function hasLink(line: string): boolean {
  const plain = line.normalize('NFKC').replace(NO_NAMES, '')
  return LINKS.some((link) => link.test(plain))
}
