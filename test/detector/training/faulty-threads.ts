const MODULE = new URL('./faulty-thread.mjs', import.meta.url)

/** What goes wrong in the middle of a fit; `start` goes wrong before the first. */
export type Fault = 'crash' | 'throw' | 'hang' | 'memory' | 'start'

/** A trainer's thread that serves some orders as it should and fails at the next. */
export function faultyThread(fault: Fault, serves: number): URL {
  const source = `globalThis.fault = '${fault}'; globalThis.serves = ${serves}; await import('${MODULE.href}')`
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`)
}
