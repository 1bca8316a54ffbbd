import { OperatorError } from '../../alerts/operator/operator-error.js'
import { LearningError } from '../../detector/detector.js'
import { ApiError, type ErrorCode } from './error-codes.js'

const CODES: Readonly<Record<OperatorError['kind'], ErrorCode>> = {
  unknown: 'SENTINEL_NOT_FOUND',
  confirm: 'SENTINEL_CONFIRM_NEEDED',
  conflict: 'SENTINEL_CONFLICT',
}

/** Does what an operator asks for; why it cannot be done becomes an error for the client. */
export function asApiError<T>(ask: () => T): T {
  try {
    return ask()
  } catch (error) {
    if (error instanceof OperatorError) throw new ApiError(CODES[error.kind], error.message)
    if (error instanceof LearningError) throw new ApiError(error.code, error.message)
    throw error
  }
}
