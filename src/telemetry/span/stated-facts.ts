import { CONVENTIONS } from './conventions.js'

export type AttributeValue = string | number | boolean | readonly unknown[] | null | undefined
export type Attributes = Readonly<Record<string, AttributeValue>>

/** A fact that attributes state, as `CONVENTIONS` names it. */
export type Fact = keyof typeof CONVENTIONS

const FACTS = Object.keys(CONVENTIONS) as Fact[]
/** Rank of a fact that no attribute has stated. */
const UNSTATED = 255

interface Place {
  /** Of the fact, in `FACTS`. */
  readonly fact: number
  /** How many attributes count before it. */
  readonly rank: number
}

const PLACES: ReadonlyMap<string, Place> = new Map(
  FACTS.flatMap((name, fact) =>
    CONVENTIONS[name].map((attribute, rank): [string, Place] => [attribute, { fact, rank }]),
  ),
)

/** What the attributes of a span say by the conventions: taken one by one, in any order. One object may serve many spans. */
export class StatedFacts {
  readonly #values: AttributeValue[] = FACTS.map(() => undefined)
  readonly #ranks = new Uint8Array(FACTS.length).fill(UNSTATED)

  /** Begins with the next span. */
  clear(): void {
    this.#ranks.fill(UNSTATED)
  }

  /** Whether anything is made of an attribute. */
  static takes(attribute: string): boolean {
    return PLACES.has(attribute)
  }

  /** Of several that state one fact the first by the conventions counts; one without a value states nothing. */
  take(attribute: string, value: AttributeValue): void {
    const place = PLACES.get(attribute)
    if (place === undefined || value === undefined || value === null) return
    const { fact, rank } = place
    if (rank > (this.#ranks[fact] as number)) return
    this.#ranks[fact] = rank
    this.#values[fact] = value
  }

  takeAll(attributes: Attributes): this {
    for (const name in attributes) this.take(name, attributes[name])
    return this
  }

  of(fact: Fact): AttributeValue {
    const i = FACTS.indexOf(fact)
    return this.#ranks[i] === UNSTATED ? undefined : this.#values[i]
  }

  /** The attribute that says so; undefined where none does. */
  attributeOf(fact: Fact): string | undefined {
    return CONVENTIONS[fact][this.#ranks[FACTS.indexOf(fact)] as number]
  }
}
