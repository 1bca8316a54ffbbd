import { readFileSync } from 'node:fs'

/** A module that a test file has loaded, and which of its parts ran how often: the smallest around a place counts. */
export interface RanScript {
  readonly url: string
  readonly ranges: readonly {
    readonly startOffset: number
    readonly endOffset: number
    readonly count: number
  }[]
}

/** Which parts of the built program a test file runs. */
export class RanParts {
  readonly #scripts: readonly RanScript[]

  constructor(scripts: readonly RanScript[]) {
    this.#scripts = scripts
  }

  static in(path: string): RanParts {
    return new RanParts(JSON.parse(readFileSync(path, 'utf8')) as RanScript[])
  }

  /**
   * @param file such as `dist/state/codec.js`
   * @param at offset in it
   */
  has(file: string, at: number): boolean {
    return this.#scripts.some(({ url, ranges }) => {
      if (!url.endsWith(`/${file}`)) return false
      let smallest = Number.POSITIVE_INFINITY
      let count = 0
      for (const range of ranges) {
        const size = range.endOffset - range.startOffset
        if (range.startOffset > at || at >= range.endOffset || size > smallest) continue
        smallest = size
        count = range.count
      }
      return count > 0
    })
  }
}
