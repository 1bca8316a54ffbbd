import process from 'node:process'

const EVERY_MS = 200

/** One line on the terminal that says how far a replay is; nothing where there is no terminal. */
export class Progress {
  readonly #shown = process.stderr.isTTY === true
  readonly #read = new Map<string, { bytes: number; of: number | null }>()
  #nextMs = 0

  read(file: string, bytes: number, of: number | null): void {
    if (this.#shown) this.#read.set(file, { bytes, of })
  }

  show(records: number): void {
    if (!this.#shown || performance.now() < this.#nextMs) return
    this.#nextMs = performance.now() + EVERY_MS
    const files = [...this.#read.values()]
    const of = files.reduce((sum, file) => sum + (file.of ?? Number.NaN), 0)
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    const part = Number.isNaN(of) || of === 0 ? '' : `, ${Math.floor((100 * bytes) / of)}%`
    process.stderr.write(`\r\u001b[K${records.toLocaleString('en-US')} records${part}`)
  }

  end(): void {
    if (this.#shown) process.stderr.write('\r\u001b[K')
  }
}
