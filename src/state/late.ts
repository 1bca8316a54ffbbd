import type { StateValue } from './section.js'

/**
 * A value that takes too long to be captured in one go: it is captured in steps, from what does not change meanwhile.
 * Whoever is to change that nevertheless has it finish first.
 */
export class LateValue<Value extends StateValue = StateValue> {
  readonly #steps: Iterator<number, Value>
  #value: Value | null = null
  #done = false

  /** @param steps each gives the bytes that it made; the last one the value */
  constructor(steps: Iterator<number, Value>) {
    this.#steps = steps
  }

  /** In a capture it stands in the place of the value that it becomes. */
  asValue(): Value {
    return this as unknown as Value
  }

  /** Whether the value is there, and what it is made of may change. */
  get done(): boolean {
    return this.#done
  }

  /** Takes a step; returns the bytes that it made. */
  advance(): number {
    if (this.#done) return 0
    const step = this.#steps.next()
    if (!step.done) return step.value
    this.#value = step.value
    this.#done = true
    return 0
  }

  /** Takes all the steps that are left. */
  finish(): void {
    while (!this.#done) this.advance()
  }

  /** Hands the value out, once: it may be large, and is not held on to. */
  take(): Value {
    this.finish()
    const value = this.#value as Value
    this.#value = null
    return value
  }
}

/**
 * A long list as it was at one moment, captured item by item later on. Before an item changes, it has to be kept: then
 * it is captured at once, ahead of its turn.
 */
export class LateList<Item = unknown, State extends StateValue = StateValue> {
  readonly #capture: (item: Item) => State
  readonly #settle: (state: State, index: number) => void
  #items: readonly Item[]
  #next = 0
  /** Items that need no keeping any more: captured, or none of the list. */
  readonly #passed = new Set<Item>()
  readonly #ahead = new Map<Item, State>()

  /**
   * @param items in their order; the array is not changed afterwards
   * @param settle sets in a fresh capture what is kept of an item's place in the list
   */
  constructor(
    items: readonly Item[],
    capture: (item: Item) => State,
    settle: (state: State, index: number) => void = () => {},
  ) {
    this.#items = items
    this.#capture = capture
    this.#settle = settle
  }

  /** In a capture it stands in the place of the list that it becomes. */
  asList(): readonly State[] {
    return this as unknown as readonly State[]
  }

  /** Whether there is nothing left to keep. */
  get done(): boolean {
    return this.#next >= this.#items.length
  }

  /** An item is about to change. */
  keep(item: Item): void {
    if (this.#passed.has(item)) return
    this.#passed.add(item)
    this.#ahead.set(item, this.#capture(item))
  }

  /** An item has come that is none of the list. */
  leaveOut(item: Item): void {
    this.#passed.add(item)
  }

  /** The next item's state, in their order; undefined after the last. */
  take(): State | undefined {
    if (this.done) return undefined
    const index = this.#next
    const item = this.#items[index] as Item
    const state = this.#ahead.get(item) ?? this.#capture(item)
    this.#ahead.delete(item)
    this.#passed.add(item)
    this.#next += 1
    this.#settle(state, index)
    if (this.done) this.#letGo()
    return state
  }

  /** Captures at once all that is left: it may change from now on. */
  finish(): void {
    for (let i = this.#next; i < this.#items.length; i++) this.keep(this.#items[i] as Item)
  }

  #letGo(): void {
    this.#items = []
    this.#next = 0
    this.#passed.clear()
  }
}

/** A capture as plain data: what is late in it is captured now. */
export function settled<Value>(captured: Value): Value {
  return plain(captured) as Value
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (value instanceof LateValue) return plain(value.take())
  if (value instanceof LateList) {
    const items: unknown[] = []
    for (let item = value.take(); item !== undefined; item = value.take()) items.push(plain(item))
    return items
  }
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]))
}
