/** Work that is done in steps of a millisecond or less, so that whoever waits can have a turn between two of them. */
export type Steps<Result = void> = Generator<undefined, Result>

/** Does all of it at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Does it step by step. @param turn lets whoever waits have a turn */
export async function inTurns<Result>(steps: Steps<Result>, turn: () => Promise<void>): Promise<Result> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await turn()
  }
}
