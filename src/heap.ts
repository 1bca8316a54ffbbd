import { setFlagsFromString } from 'node:v8'

/**
 * Keeps the old generation small, as a sidecar's should be: what the service keeps alive is some 18 MiB, but V8 lets
 * garbage pile up to several times that before it collects. V8 looks this setting up at every collection, so that it
 * may come after its start; it holds for the whole process.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=60')
}
