import { created, elementOf } from '../../shared/page-elements.js'
import type { TimingsAnswer } from '../fit/orders.js'

/** Microseconds a row, WebAssembly beside JavaScript, as measured here and now. */
export class TimingPanel {
  readonly #host = elementOf('timings', HTMLElement)
  readonly #note = elementOf('timings-note', HTMLElement)

  show({ wasmBatch, wasmSingle, javascript, largestDifference }: TimingsAnswer): void {
    const bars = [
      { name: 'WebAssembly, in batches', value: wasmBatch, kind: 'wasm' },
      { name: 'WebAssembly, row by row', value: wasmSingle, kind: 'wasm' },
      { name: 'JavaScript, row by row', value: javascript, kind: 'javascript' },
    ]
    const longest = Math.max(...bars.map(({ value }) => value))
    this.#host.replaceChildren(
      ...bars.map(({ name, value, kind }) => {
        const row = created('div', 'timing')
        const track = created('span', 'track')
        const bar = created('span', `bar ${kind}`)
        bar.style.width = `${(100 * value) / longest}%`
        track.append(bar)
        row.append(created('span', 'name', name), track, created('span', 'value', `${value.toFixed(2)} µs`))
        return row
      }),
    )
    const single = (javascript / wasmSingle).toFixed(1)
    const batch = (javascript / wasmBatch).toFixed(1)
    const equal =
      largestDifference < 1e-12 ? 'the scores agree to 12 digits' : `scores differ by ${largestDifference}`
    this.#note.textContent = `Against JavaScript over typed arrays with the same trees, WebAssembly is ${single} times as fast row by row and ${batch} times in batches here; ${equal}.`
  }
}
