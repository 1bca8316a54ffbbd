import type { NormalAnswer } from './schemas/analysis.js'

/** The answer to nearly every record. Sent as this very object, it costs no serialisation. */
export const OK: NormalAnswer = Object.freeze({ status: 'OK' })
const OK_JSON = JSON.stringify(OK)

/**
 * Serialises every answer. The compiler checks the answers' fields, so what a serialiser generated from the
 * response schemas would add is start-up time, and for unions a second validation of each answer.
 */
export function answerJson(answer: unknown): string {
  return answer === OK ? OK_JSON : JSON.stringify(answer)
}
