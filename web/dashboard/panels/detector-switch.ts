import type { Status } from '../../../src/http/schemas/live.js'
import { created, elementOf } from '../../shared/page-elements.js'
import type { Scope } from '../connection/scope.js'
import type { Scopes } from '../scopes.js'

const ALL = 'all'
const SHARED = 'shared'
/** Before the name of an entity, which may be any. */
const ENTITY = '='

/** Chooses whom the page shows, where there are several; else it is not there. */
export class DetectorSwitch {
  readonly #section = elementOf('switch', HTMLElement)
  readonly #detectors = elementOf('switch-detector', HTMLSelectElement)
  readonly #entities = elementOf('switch-entity', HTMLSelectElement)
  readonly #note = elementOf('switch-note', HTMLElement)
  readonly #scopes: Scopes
  /** Whether the entity that is shown has a baseline. */
  #inMemory = true

  /** @param onChoose told of another */
  constructor(scopes: Scopes, onChoose: (scope: Scope) => void) {
    this.#scopes = scopes
    this.#detectors.addEventListener('change', () =>
      onChoose({ detector: this.#detectors.value, entity: undefined }),
    )
    this.#entities.addEventListener('change', () =>
      onChoose({ detector: this.#detectors.value, entity: entityOf(this.#entities.value) }),
    )
  }

  show(): void {
    const { current, note, detectors, entities } = this.#scopes
    this.#section.hidden = current === null && note === ''
    labelOf(this.#detectors).hidden = current === null
    labelOf(this.#entities).hidden = current === null || entities === null
    if (current !== null) {
      offer(this.#detectors, [{ name: '', values: detectors.map(({ name }) => [name, name]) }])
      this.#detectors.value = current.detector
      this.#offerEntities(current)
    }
    const text = [note, this.#aboutEntity(current)].filter((part) => part !== '').join(' ')
    if (this.#note.textContent !== text) this.#note.textContent = text
  }

  /** What the service says of whom it tells of. */
  tell({ of }: Status): void {
    const inMemory = of?.in_memory ?? true
    if (inMemory === this.#inMemory) return
    this.#inMemory = inMemory
    this.show()
  }

  #offerEntities({ entity }: Scope): void {
    const known = (this.#scopes.entities?.in_memory ?? []).map((one) => one.entity)
    // One that is shown stays to be seen, in memory or not.
    const names = new Set(entity == null ? known : [...known, entity])
    const sorted = [...names].sort().map((name): [string, string] => [`${ENTITY}${name}`, name])
    offer(this.#entities, [
      {
        name: '',
        values: [
          [ALL, 'all'],
          [SHARED, 'the shared baseline'],
        ],
      },
      ...(sorted.length === 0 ? [] : [{ name: 'Entities', values: sorted }]),
    ])
    this.#entities.value = entity === undefined ? ALL : entity === null ? SHARED : `${ENTITY}${entity}`
  }

  #aboutEntity(current: Scope | null): string {
    if (current === null || current.entity === undefined) return ''
    const { detector, entity } = current
    const whole = `Timeline, routes, odd share and what if are of all of ${detector}: they are not kept by entity.`
    if (this.#inMemory || entity === null) return whole
    return `“${entity}” has no baseline in memory now: what is said of learning is of the shared one. ${whole}`
  }
}

interface Group {
  /** Empty for options without one. */
  readonly name: string
  readonly values: readonly (readonly [value: string, text: string])[]
}

/** Puts options in a select where they are others than before: a list that is open stays so. */
function offer(select: HTMLSelectElement, groups: readonly Group[]): void {
  const key = JSON.stringify(groups)
  if (select.dataset.offers === key) return
  select.dataset.offers = key
  select.replaceChildren(
    ...groups.flatMap(({ name, values }) => {
      const options = values.map(([value, text]) => {
        const option = created('option', '', text)
        option.value = value
        return option
      })
      if (name === '') return options
      const group = created('optgroup')
      group.label = name
      group.append(...options)
      return [group]
    }),
  )
}

function entityOf(value: string): Scope['entity'] {
  if (value === ALL) return undefined
  return value === SHARED ? null : value.slice(ENTITY.length)
}

function labelOf(select: HTMLSelectElement): HTMLElement {
  return select.parentElement as HTMLElement
}
