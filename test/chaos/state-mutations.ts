import { encodeState } from '#sentinel/state/codec.js'
import type { StateArray, StateValue } from '#sentinel/state/section.js'
import type { RandomSource } from '../../made-up/random.js'
import { splitMix64 } from '../forest/split-mix.js'

/** What may stand where something else belongs. */
const STRANGE: readonly StateValue[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e300,
  -1e300,
  2 ** 53,
  '',
  'x',
  '__proto__',
  [],
  {},
  [null],
  new Float64Array(0),
  new Float64Array([Number.NaN]),
  new Float64Array([1, 2, 3]),
  new Uint8Array(3),
  new Uint32Array([4_294_967_295]),
  new Float32Array([Infinity]),
]
const STRANGE_NUMBERS = [
  0,
  -0,
  -1,
  1,
  0.5,
  1e-300,
  1e300,
  -1e300,
  Number.NaN,
  Infinity,
  -Infinity,
  2 ** 31,
  2 ** 53,
]

type Path = readonly (string | number)[]

/** Where something stands in a state, to the last number. */
function pathsOf(value: StateValue, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [at]
  const members = Object.entries(value).flatMap(([name, member]) =>
    pathsOf(member as StateValue, [...at, name]),
  )
  return [at, ...members]
}

/** Changes one thing in a state, or several, as nothing that wrote it would have. What comes of it has a right checksum. */
export class StateMutations {
  readonly #state: StateValue
  readonly #paths: readonly Path[]
  readonly #random: RandomSource

  constructor(state: StateValue, seed: number) {
    this.#state = state
    this.#paths = pathsOf(state).filter((path) => path.length > 0)
    this.#random = splitMix64(seed, 0)
  }

  /** Bytes of a changed state, and what was changed. */
  next(): { bytes: Uint8Array; what: string } {
    const copy = structuredClone(this.#state) as StateValue
    const changes = 1 + this.#below(3)
    const what: string[] = []
    for (let i = 0; i < changes; i++) {
      const path = this.#one(this.#paths)
      what.push(`${path.join('.')}: ${this.#change(copy, path)}`)
    }
    return { bytes: encodeState(copy), what: what.join('; ') }
  }

  #change(root: StateValue, path: Path): string {
    let holder = root as Record<string, StateValue>
    for (const name of path.slice(0, -1)) {
      const next = holder[name]
      if (typeof next !== 'object' || next === null || ArrayBuffer.isView(next)) return 'is gone'
      holder = next as Record<string, StateValue>
    }
    const name = String(path.at(-1))
    const value = holder[name] as StateValue
    if (ArrayBuffer.isView(value) && this.#below(4) > 0) return this.#changeArray(holder, name, value)
    if (typeof value === 'number' && this.#below(2) > 0) {
      holder[name] = this.#one(STRANGE_NUMBERS.filter(Number.isFinite))
      return `${value} -> ${holder[name]}`
    }
    if (Array.isArray(value) && value.length > 0 && this.#below(2) > 0)
      return this.#changeList(holder, name, value)
    if (this.#below(5) === 0) {
      delete holder[name]
      return 'left out'
    }
    holder[name] = structuredClone(this.#one(STRANGE))
    return `${kindOf(value)} -> ${kindOf(holder[name] as StateValue)}`
  }

  #changeArray(holder: Record<string, StateValue>, name: string, value: StateArray): string {
    const how = this.#below(4)
    if (how === 0) holder[name] = value.slice(0, this.#below(value.length + 1))
    else if (how === 1)
      holder[name] = new (value.constructor as Float64ArrayConstructor)([...value, ...value])
    else if (how === 2) value.reverse()
    else if (value.length > 0) {
      const at = this.#below(value.length)
      value[at] = this.#one(STRANGE_NUMBERS)
      return `[${at}] -> ${value[at]}`
    }
    return ['cut', 'doubled', 'reversed', 'empty'][how] as string
  }

  #changeList(holder: Record<string, StateValue>, name: string, value: readonly StateValue[]): string {
    const how = this.#below(3)
    if (how === 0) holder[name] = value.slice(0, this.#below(value.length))
    else if (how === 1) holder[name] = [...value, ...value]
    else holder[name] = value.toReversed()
    return ['cut', 'doubled', 'reversed'][how] as string
  }

  #below(n: number): number {
    return this.#random.below(n)
  }

  #one<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)] as T
  }
}

function kindOf(value: StateValue): string {
  return ArrayBuffer.isView(value)
    ? `${value.constructor.name}(${value.length})`
    : (JSON.stringify(value) ?? '').slice(0, 30)
}
