/** A part of the benchmark has at least so many rounds, however slow the machine is. */
const LEAST = 3

/** Numbers of rounds from 1 on: up to so many, and no further one once they have taken so long. */
export function* rounds(quick: boolean, most: number, seconds: number, least = LEAST): Generator<number> {
  const untilMs = performance.now() + 1000 * seconds
  for (let round = 1; round <= (quick ? 1 : most); round++) {
    if (round > least && performance.now() > untilMs) return
    yield round
  }
}
