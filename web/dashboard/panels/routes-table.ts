import type { RouteFigures } from '../../../src/activity/route-figures.js'
import { arrange, created, elementOf } from '../../shared/page-elements.js'
import { ago, count, percent, routeLabel } from '../words.js'

const SHOWN_AT_FIRST = 25

/** A column: its name, what it is sorted by, and what it shows. */
interface Column {
  readonly name: string
  readonly by: (route: RouteFigures) => number | string
  readonly text: (route: RouteFigures, nowMs: number) => string
  readonly number: boolean
}

/** The routes of the last hour. Choosing one filters the page. */
export class RoutesTable {
  readonly #table = elementOf('routes', HTMLTableElement)
  readonly #filter = elementOf('routes-filter', HTMLInputElement)
  readonly #count = elementOf('routes-count', HTMLElement)
  readonly #none = elementOf('routes-none', HTMLElement)
  readonly #more = elementOf('routes-more', HTMLButtonElement)
  readonly #known = elementOf('known-routes', HTMLDataListElement)
  readonly #body = created('tbody')
  readonly #onChoose: (route: string | null) => void
  /** Rows are used again, so that the focus stays where it is. */
  readonly #rows = new Map<string, HTMLTableRowElement>()
  #routes: readonly RouteFigures[] = []
  #columns: readonly Column[] = []
  #features = ''
  #sortedBy = 'Records'
  #descending = true
  #chosen: string | null = null
  #all = false

  constructor(onChoose: (route: string | null) => void) {
    this.#onChoose = onChoose
    // So that it can be scrolled by keyboard.
    elementOf('routes-scroll', HTMLElement).tabIndex = 0
    this.#filter.addEventListener('input', () => this.#draw())
    this.#more.addEventListener('click', () => {
      this.#all = true
      this.#draw()
      // The button is gone: whoever pressed it goes on where the list went on.
      this.#body.rows[SHOWN_AT_FIRST]?.querySelector('button')?.focus()
    })
  }

  /** Whether there is nothing to show so far. */
  get empty(): boolean {
    return this.#routes.length === 0
  }

  show(routes: readonly RouteFigures[], total: number): void {
    this.#routes = routes
    this.#count.textContent = total === 0 ? '' : count(total)
    const features = routes[0]?.features.map(({ feature }) => feature) ?? []
    if (this.#columns.length === 0 || (features.length > 0 && features.join() !== this.#features)) {
      this.#features = features.join()
      this.#columns = columnsFor(features)
      if (this.#columns.every(({ name }) => name !== this.#sortedBy)) this.#sortedBy = 'Records'
      // Their cells are those of other columns.
      this.#rows.clear()
      this.#drawHead()
    }
    this.#known.replaceChildren(
      ...routes.slice(0, 50).map(({ route }) => {
        const option = created('option')
        option.value = route
        return option
      }),
    )
    this.#draw()
  }

  /** The route that the page is filtered by; null for none. */
  choose(route: string | null): void {
    this.#chosen = route
    this.#draw()
  }

  /** Puts the focus on the route that is chosen, where it is in sight. */
  focusOnChosen(): void {
    const button = this.#chosen === null ? null : this.#rows.get(this.#chosen)?.querySelector('button')
    const target: HTMLElement = button ?? this.#filter
    target.focus()
  }

  #drawHead(): void {
    const row = created('tr')
    for (const { name, number } of this.#columns) {
      const cell = created('th', number ? 'number' : '')
      cell.scope = 'col'
      const button = created('button', 'sort')
      button.type = 'button'
      // A long name of a feature is broken between its words.
      for (const [i, part] of name.split('_').entries())
        button.append(...(i === 0 ? [part] : ['_', created('wbr'), part]))
      button.addEventListener('click', () => {
        this.#descending = this.#sortedBy === name ? !this.#descending : number
        this.#sortedBy = name
        this.#draw()
      })
      cell.append(button)
      row.append(cell)
    }
    const head = created('thead')
    head.append(row)
    const caption = created('caption', 'unseen', 'Routes of the last hour. The headings sort.')
    this.#table.replaceChildren(caption, head, this.#body)
    this.#table.style.setProperty('--columns', String(this.#columns.length - 1))
  }

  #draw(): void {
    const text = this.#filter.value.trim().toLowerCase()
    const wanted = this.#routes.filter(({ route }) => routeLabel(route).toLowerCase().includes(text))
    const sorted = this.#sorted(wanted)
    const shown = this.#all ? sorted : sorted.slice(0, SHOWN_AT_FIRST)
    const nowMs = Date.now()
    const rows = shown.map((figures) => this.#rowOf(figures, nowMs))
    const kept = new Set(rows)
    for (const [route, row] of this.#rows) if (!kept.has(row)) this.#rows.delete(route)
    arrange(this.#body, rows)
    this.#more.hidden = shown.length === sorted.length
    this.#more.textContent = `Show all ${count(sorted.length)}`
    this.#none.textContent =
      sorted.length > 0
        ? ''
        : this.#routes.length === 0
          ? 'No route so far.'
          : 'No route has this in its name.'
    for (const [i, cell] of [...(this.#table.tHead?.rows[0]?.cells ?? [])].entries()) {
      const sorts = this.#columns[i]?.name === this.#sortedBy
      if (sorts) cell.setAttribute('aria-sort', this.#descending ? 'descending' : 'ascending')
      else cell.removeAttribute('aria-sort')
    }
  }

  #sorted(routes: readonly RouteFigures[]): RouteFigures[] {
    const { by } = this.#columns.find(({ name }) => name === this.#sortedBy) ?? { by: () => 0 }
    const sign = this.#descending ? -1 : 1
    return [...routes].sort((a, b) => {
      const [x, y] = [by(a), by(b)]
      return x === y ? (a.route < b.route ? -1 : 1) : x < y ? -sign : sign
    })
  }

  #rowOf(figures: RouteFigures, nowMs: number): HTMLTableRowElement {
    const { route } = figures
    const row = this.#rows.get(route) ?? this.#newRow(route)
    const chosen = this.#chosen === route
    row.classList.toggle('chosen', chosen)
    row.querySelector('button')?.setAttribute('aria-pressed', String(chosen))
    for (const [i, { text }] of this.#columns.entries()) {
      if (i === 0) continue
      const cell = row.cells[i] as HTMLTableCellElement
      const value = text(figures, nowMs)
      if (cell.textContent !== value) cell.textContent = value
    }
    return row
  }

  #newRow(route: string): HTMLTableRowElement {
    const row = created('tr')
    const name = created('th')
    name.scope = 'row'
    const button = created('button', 'route', routeLabel(route))
    button.type = 'button'
    button.title = routeLabel(route)
    button.addEventListener('click', () => this.#onChoose(this.#chosen === route ? null : route))
    name.append(button)
    row.append(name, ...this.#columns.slice(1).map(({ number }) => created('td', number ? 'number' : '')))
    this.#rows.set(route, row)
    return row
  }
}

function columnsFor(features: readonly string[]): Column[] {
  const number = true
  return [
    { name: 'Route', by: ({ route }) => route, text: ({ route }) => routeLabel(route), number: false },
    { name: 'Records', by: ({ records }) => records, text: ({ records }) => count(records), number },
    { name: 'Share', by: ({ share }) => share, text: ({ share }) => percent(share), number },
    ...features.flatMap((feature, f): Column[] => [
      figureColumn(`${feature} median`, (route) => route.features[f]?.median ?? 0),
      figureColumn(`${feature} p95`, (route) => route.features[f]?.p95 ?? 0),
    ]),
    { name: 'Odd share', by: oddShare, text: (route) => percent(oddShare(route)), number },
    { name: 'Alerts', by: ({ alerts }) => alerts, text: ({ alerts }) => count(alerts), number },
    {
      name: 'Last alert',
      by: ({ last_alert }) => last_alert ?? '',
      text: ({ last_alert }, nowMs) => (last_alert === null ? '–' : ago(last_alert, nowMs)),
      number,
    },
  ]
}

function figureColumn(name: string, by: (route: RouteFigures) => number): Column {
  return {
    name,
    by,
    text: (route) => by(route).toLocaleString('en', { maximumSignificantDigits: 4 }),
    number: true,
  }
}

function oddShare({ odd, records }: RouteFigures): number {
  return records === 0 ? 0 : odd / records
}
