import type { NormalAnswer } from '../schemas/analysis.js'

/** The answer to nearly every record; `answerJson` knows the text of this very object. */
export const OK: NormalAnswer = Object.freeze({ status: 'OK' })
const OK_JSON = JSON.stringify(OK)

/**
 * Serialises every answer, in place of the serialisers that Fastify generates from the response schemas: those take
 * time at the start and validate each union, and the compiler checks the fields of answers already.
 */
export function answerJson(answer: unknown): string {
  return answer === OK ? OK_JSON : JSON.stringify(answer)
}
