import { setFlagsFromString } from 'node:v8'

/**
 * Sets V8 up for a sidecar; it looks these settings up at every collection, so that they may come after its start.
 * They hold for the whole process.
 *
 * One more is looked up at the start only and stands in the commands that start the service:
 * `--max-semi-space-size=4`. As soon as objects outlive two collections V8 lets the young generation grow, to 16 MiB
 * twice over: fewer collections, which would save a request 0.1 us and costs 16 MiB, and longer ones.
 */
export function tuneHeap(): void {
  // What the service keeps alive is some 18 MiB, but V8 lets garbage pile up to several times that before it collects.
  setFlagsFromString('--heap-growing-percent=60')
  // Of the young generation next to nothing survives, which one thread copies in 0.3 ms. Sharing the work out means
  // waiting for threads that the trainer or a neighbour keeps from running: 2 to 5 ms now and then.
  setFlagsFromString('--no-parallel-scavenge')
}
