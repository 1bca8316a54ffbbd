import process from 'node:process'
import type { SingleBar } from 'cli-progress'

const BAR_WIDTH = 30

/** Says on the terminal how far a replay is; nothing where there is no terminal. */
export class Progress {
  readonly #bar: SingleBar | null
  /** Bytes of each file that have been read, and how many it has; of a pipe nobody knows. */
  readonly #read = new Map<string, { readonly bytes: number; readonly of: number | null }>()

  private constructor(bar: SingleBar | null) {
    this.#bar = bar
  }

  static async open(): Promise<Progress> {
    if (process.stderr.isTTY !== true) return new Progress(null)
    const { default: library } = await import('cli-progress')
    const bar = new library.SingleBar(
      { stream: process.stderr, clearOnComplete: true, format: formatOf },
      library.Presets.shades_classic,
    )
    bar.start(0, 0, { records: 0 })
    return new Progress(bar)
  }

  read(file: string, bytes: number, of: number | null): void {
    if (this.#bar !== null) this.#read.set(file, { bytes, of })
  }

  show(records: number): void {
    if (this.#bar === null) return
    const files = [...this.#read.values()]
    const total = files.reduce((sum, { of }) => sum + (of ?? Number.NaN), 0)
    this.#bar.setTotal(Number.isNaN(total) ? 0 : total)
    this.#bar.update(
      files.reduce((sum, { bytes }) => sum + bytes, 0),
      { records },
    )
  }

  end(): void {
    this.#bar?.stop()
  }
}

/** A bar where the end is known, else the records alone. */
function formatOf(
  _options: unknown,
  { progress, total, eta }: { readonly progress: number; readonly total: number; readonly eta: number },
  { records }: { readonly records: number },
): string {
  const count = `${records.toLocaleString('en-US')} records`
  if (total === 0) return count
  const done = Math.round(BAR_WIDTH * progress)
  const bar = '█'.repeat(done) + '░'.repeat(BAR_WIDTH - done)
  return `${bar} ${Math.floor(100 * progress)}%, ${count}, ${Number.isFinite(eta) ? eta : '?'} s to go`
}
