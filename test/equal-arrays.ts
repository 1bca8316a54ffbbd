import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'

/**
 * Typed arrays with the same bytes are equal. By itself `toEqual` looks at them number by number, and takes a second for
 * a state of some 100 KiB; it does so here for those that differ, to say where.
 */
expect.addEqualityTesters([
  (a: unknown, b: unknown): boolean | undefined =>
    ArrayBuffer.isView(a) && ArrayBuffer.isView(b) && isDeepStrictEqual(a, b) ? true : undefined,
])
