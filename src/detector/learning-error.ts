/** What was asked of learning cannot be done as the detector is set up. The message says why. */
export class LearningError extends Error {
  override readonly name = 'LearningError'
  readonly code = 'SENTINEL_CONFLICT'
}
