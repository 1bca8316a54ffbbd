import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Two halves of 4 MiB; a collection copies what is alive from one to the other. */
const YOUNG_BYTES = 8 * 2 ** 20
const LOOK_EVERY_MS = 250
const V8_GROWTH_FACTOR = 2

/**
 * Sets V8 up for a sidecar, for the whole process. V8 looks these flags up at every collection, so that they hold
 * however the process was started.
 */
export function tuneHeap(): void {
  // Collects the old generation sooner: what the service keeps alive is some 18 MiB, but V8 by itself lets garbage pile
  // up to several times that. Gains 20 to 30 MiB of resident memory after 100,000 records. `npm run bench -- footprint`
  // checks it. May go when that shows no more memory without it.
  setFlagsFromString('--heap-growing-percent=60')
  // Next to nothing of the young generation survives, and one thread copies it in 0.3 ms. Several threads wait for each
  // other while the trainer or a neighbour keeps one from running: stalls of 2 to 5 ms now and then.
  // `npm run bench -- stall` checks it. May go when the longest stall that shows is the same without it.
  setFlagsFromString('--no-parallel-scavenge')
  holdYoungGeneration()
  setInterval(holdYoungGeneration, LOOK_EVERY_MS).unref()
}

/**
 * Forbids the young generation to grow if it has 4 MiB twice over or more, allows it if it has less. To be called now
 * and then: V8 shrinks the young generation while little is going on, and sets the flag back when a worker thread starts.
 *
 * As soon as objects outlive two collections V8 by itself lets the young generation grow, to 16 MiB twice over: fewer
 * collections, which saves a request 0.1 us, but longer ones, and 16 MiB more of resident memory after 50,000 records.
 * `--max-semi-space-size` would forbid that, too, but V8 reads it at its start only, before a program runs.
 *
 * `test/v8/heap.test.ts` checks that V8 obeys, and that it does otherwise when left alone. May go when that second test
 * fails, or when V8 takes the size of the young generation at run time.
 */
export function holdYoungGeneration(): void {
  const factor = youngBytes() >= YOUNG_BYTES ? 1 : V8_GROWTH_FACTOR
  setFlagsFromString(`--semi-space-growth-factor=${factor}`)
}

/** What V8 has set aside for the young generation, in bytes. */
export function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0
}
