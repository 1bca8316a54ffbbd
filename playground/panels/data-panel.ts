import { readTable } from '../data/read-table.js'
import type { Table } from '../data/table.js'
import { simulateTelemetry } from '../data/telemetry-simulator.js'
import { created, elementOf } from './page-elements.js'

/** Columns beyond the first twelve are not chosen by themselves, though a forest takes more. */
const CHOSEN = 12

/** Where rows come from, and which of their columns count. */
export class DataPanel {
  readonly #columns = elementOf('columns', HTMLFieldSetElement)
  readonly #about = elementOf('data-about', HTMLElement)
  readonly #error = elementOf('data-error', HTMLElement)
  readonly #onTable: (table: Table) => void

  constructor(onTable: (table: Table) => void) {
    this.#onTable = onTable
    const input = elementOf('file', HTMLInputElement)
    input.addEventListener('change', () => {
      const file = input.files?.[0]
      // The same file, mended, must be a change again.
      input.value = ''
      if (file) void this.#open(file)
    })
    elementOf('sample', HTMLButtonElement).addEventListener('click', () => this.#take(simulateTelemetry()))
    this.#acceptDrops(elementOf('drop', HTMLElement))
  }

  /** Names of the chosen columns, in the file's order. */
  chosen(): string[] {
    return Array.from(this.#columns.querySelectorAll<HTMLInputElement>('input:checked'), ({ value }) => value)
  }

  #acceptDrops(zone: HTMLElement): void {
    addEventListener('dragover', (event) => {
      event.preventDefault()
      zone.classList.add('over')
    })
    addEventListener('dragleave', (event) => {
      if (event.relatedTarget === null) zone.classList.remove('over')
    })
    addEventListener('drop', (event) => {
      event.preventDefault()
      zone.classList.remove('over')
      const file = event.dataTransfer?.files[0]
      if (file) void this.#open(file)
    })
  }

  async #open(file: File): Promise<void> {
    try {
      this.#take(await readTable(file))
    } catch (error) {
      this.#error.textContent = `${file.name}: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  #take(table: Table): void {
    this.#error.textContent = ''
    const { name, nRows, numbers, texts } = table
    const also = texts.length > 0 ? `, ${texts.length} of text` : ''
    this.#about.textContent = `${name}: ${nRows.toLocaleString('en')} rows, ${numbers.length} columns of numbers${also}.`
    const labels = numbers.map((column, index) => {
      const label = created('label', 'check')
      const box = created('input')
      box.type = 'checkbox'
      box.value = column.name
      box.checked = index < CHOSEN && !isConstant(column.values)
      label.append(box, created('span', '', column.name))
      return label
    })
    this.#columns.replaceChildren(created('legend', '', 'Columns'), ...labels)
    this.#columns.hidden = false
    this.#onTable(table)
  }
}

function isConstant(values: Float64Array): boolean {
  return values.every((value) => value === values[0])
}
