import { created, elementOf } from '../../shared/page-elements.js'
import { type GapChoice, gapsOf } from '../data/gaps.js'
import { Reader } from '../data/reader.js'
import type { LeftOut, NumberColumn, Table } from '../data/table.js'
import { simulateTelemetry } from '../data/telemetry-simulator.js'

/** Columns beyond the first twelve are not chosen by themselves, though a forest takes more. */
const CHOSEN = 12

const PASTED = 'pasted rows'
/** What is said of columns whose numbers stand for something else. */
const NOTES = { date: 'date', text: 'text, by how often it comes' } as const

/** Where rows come from, and which of their columns count. */
export class DataPanel {
  readonly #columns = elementOf('columns', HTMLFieldSetElement)
  readonly #about = elementOf('data-about', HTMLElement)
  readonly #error = elementOf('data-error', HTMLElement)
  readonly #leftOut = elementOf('left-out', HTMLElement)
  readonly #gaps = elementOf('gaps', HTMLElement)
  readonly #gapChoice = elementOf('gap-choice', HTMLSelectElement)
  readonly #reading = elementOf('reading', HTMLProgressElement)
  readonly #reader = new Reader()
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
    this.#acceptPastes()
  }

  /** Names of the chosen columns, in the file's order. */
  chosen(): string[] {
    return Array.from(this.#columns.querySelectorAll<HTMLInputElement>('input:checked'), ({ value }) => value)
  }

  /** What becomes of rows with gaps. */
  gapChoice(): GapChoice {
    return this.#gapChoice.value === 'median' ? 'median' : 'leave-out'
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

  /** Rows that are pasted anywhere but into a field, and the button for those who have no keys at hand. */
  #acceptPastes(): void {
    addEventListener('paste', (event) => {
      if (event.target instanceof HTMLInputElement) return
      const [file] = event.clipboardData?.files ?? []
      const text = event.clipboardData?.getData('text') ?? ''
      if (file !== undefined) void this.#open(file)
      else if (text !== '') void this.#open(new File([text], PASTED))
    })
    elementOf('paste', HTMLButtonElement).addEventListener('click', async () => {
      const text = await navigator.clipboard?.readText().catch(() => null)
      if (text) void this.#open(new File([text], PASTED))
      else
        this.#error.textContent =
          text === ''
            ? 'The clipboard holds no text.'
            : 'The clipboard cannot be read here: press Ctrl+V, or ⌘V.'
    })
  }

  async #open(file: File): Promise<void> {
    this.#reading.hidden = false
    this.#reading.value = 0
    this.#error.textContent = ''
    this.#about.textContent = `Reading ${file.name}…`
    try {
      const table = await this.#reader.read(file, (share) => {
        this.#reading.value = share
      })
      this.#take(table)
    } catch (error) {
      this.#about.textContent = ''
      this.#error.textContent = `${file.name}: ${error instanceof Error ? error.message : String(error)}`
    } finally {
      this.#reading.hidden = true
    }
  }

  #take(table: Table): void {
    this.#error.textContent = ''
    const { name, nRows, numbers, texts, leftOut } = table
    const plain = numbers.filter(({ kind }) => kind === undefined).length
    const dates = numbers.filter(({ kind }) => kind === 'date').length
    const also = [
      ...(dates > 0 ? [`${dates} of dates`] : []),
      ...(texts.length > 0 ? [`${texts.length} of text`] : []),
    ]
    this.#about.textContent = `${[`${name}: ${counted(nRows, 'row')}, ${counted(plain, 'column')} of numbers`, ...also].join(', ')}.`
    this.#leftOut.replaceChildren(...leftOut.map((one) => created('li', '', sentenceOf(one))))
    this.#leftOut.hidden = leftOut.length === 0
    this.#gaps.hidden = numbers.every((column) => gapsOf(column) === 0)
    const suitable = suitableOf(numbers, nRows)
    const labels = numbers.map((column) => {
      const label = created('label', 'check')
      const box = created('input')
      box.type = 'checkbox'
      box.value = column.name
      box.checked = suitable.has(column)
      const gaps = gapsOf(column)
      label.append(box, created('span', '', column.name))
      const notes = [
        ...(column.kind === undefined ? [] : [NOTES[column.kind]]),
        ...(gaps > 0 ? [counted(gaps, 'gap')] : []),
      ]
      if (notes.length > 0) label.append(created('small', '', notes.join(', ')))
      return label
    })
    this.#columns.replaceChildren(created('legend', '', 'Columns'), ...labels)
    this.#columns.hidden = false
    this.#onTable(table)
  }
}

/** Columns that are chosen by themselves: numbers that vary and are mostly there; where none does, the first. */
function suitableOf(numbers: readonly NumberColumn[], nRows: number): Set<NumberColumn> {
  const varying = numbers.filter(
    (column) => column.kind === undefined && 2 * gapsOf(column) <= nRows && !isConstant(column.values),
  )
  return new Set((varying.length > 0 ? varying : numbers).slice(0, CHOSEN))
}

function isConstant(values: Float64Array): boolean {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.every((value) => value === known[0])
}

function sentenceOf({ what, count, line }: LeftOut): string {
  return `Left out (${count.toLocaleString('en')}): ${what}; first on line ${line}.`
}

function counted(n: number, noun: string): string {
  return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`
}
