import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { plainText } from '../../text/plain-text.js'

/** What is kept of the model's words. */
export const MAX_ASSESSMENT_CHARS = 400

/** The JSON that the model must answer with; sent to it as `format`. */
export const ModelAnswer = Type.Object(
  { assessment: Type.String({ minLength: 1, maxLength: 4000 }) },
  { additionalProperties: false },
)
export type ModelAnswer = Static<typeof ModelAnswer>

/** A model's explanation of one anomaly, as it is shown. */
export interface Assessment {
  /** The rules' sentence, then the model's own words: true by itself, whatever the model says. */
  readonly text: string
  readonly model: string
  /** How long the model took; 0 when the words came from the cache. */
  readonly ms: number
}

/** The server answered, but not with what was asked for. */
export class InvalidAnswerError extends Error {
  override readonly name = 'InvalidAnswerError'
}

/**
 * The model's words from the content of its message: JSON of the schema, then one line of plain text of at
 * most 400 characters.
 * @throws InvalidAnswerError for anything else, and for words that carry a link
 */
export function readAnswer(content: unknown): string {
  if (typeof content !== 'string') throw new InvalidAnswerError('the answer has no message')
  let answer: unknown
  try {
    answer = JSON.parse(content)
  } catch {
    throw new InvalidAnswerError('the message is no JSON')
  }
  if (!Value.Check(ModelAnswer, answer)) throw new InvalidAnswerError('the message has another schema')
  const words = plainText(answer.assessment, MAX_ASSESSMENT_CHARS)
  if (words === '') throw new InvalidAnswerError('the message has no visible text')
  // Nobody asked for one, and a route's author may have: readers of an alert follow links.
  if (LINK.test(words)) throw new InvalidAnswerError('the message has a link')
  return words
}

const LINK = /[a-z][a-z0-9+.-]*:\/\/|\bwww\.|\bmailto:/i
