import { fileURLToPath } from 'node:url'

/** The data sets lie beside the checkout, never in it; BENCH_DATA names another place. */
export const dataFolder =
  process.env.BENCH_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))
