import { builtin } from './builtin.js'

type AsyncHooks = Pick<typeof import('node:async_hooks'), 'executionAsyncResource'>

const kept: object[] = []

/**
 * Keeps one of the objects alive that Node makes for every `process.nextTick`, some seven a request. To be called at the
 * start, before the first full garbage collection. Once is enough for a process; where there is no Node it does nothing.
 *
 * Between ticks there is no such object, so that a full collection takes their hidden class away. V8 then gives the next
 * ones another hidden class, stops optimising the place that makes them, and each takes 200 ns instead of 25 for as
 * long as the process lives: a tenth of what a request costs.
 *
 * `test/runtime/tick-shape.test.ts` checks that the hidden class survives. This may go when it survives by itself: when that
 * test passes without the call on every Node line that is supported.
 */
export function keepTickShape(): void {
  const hooks = builtin<AsyncHooks>('node:async_hooks')
  if (hooks === undefined) return
  process.nextTick(() => {
    if (kept.length === 0) kept.push(hooks.executionAsyncResource())
  })
}

/** What is kept: nothing before the next tick. */
export function keptTicks(): readonly object[] {
  return kept
}
