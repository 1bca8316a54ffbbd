import { nextTurn } from '../../runtime/timers.js'
import { isDeeper } from '../body/json-depth.js'
import { BODY_LIMIT_BYTES, JSON_DEPTH_MOST } from '../limits.js'
import { TOO_DEEP } from '../plugins/json-body.js'
import { indexJson } from './index-json.js'
import { indexLines } from './index-lines.js'
import type { ItemIndex } from './item-index.js'
import { TextWindow } from './text-window.js'

/** One item of a batch. */
export interface BatchItem {
  /** Which one, or in which line it stands: from 1, as editors count. */
  readonly line: number
  /** What was read; undefined where it is no JSON. */
  readonly value: unknown
  /** Why it is no JSON. */
  readonly fault: string | null
  /** Bytes that it was read from. */
  readonly bytes: number
}

/** The items of a batch in order, each read when it is asked for. */
export interface ItemSource {
  readonly size: number
  /** @param item from 0, each once and in order @returns null for one that is nobody's to judge */
  read(item: number): BatchItem | null
}

/** Parses one text that is JSON, as bodies of single records are. @throws Error when it is none */
export type ParseJson = (text: string) => unknown

/** The items of a batch of JSON, parsed one by one. */
export class BatchItems implements ItemSource {
  readonly #text: TextWindow
  readonly #index: ItemIndex
  readonly #parse: ParseJson

  private constructor(bytes: Buffer, index: ItemIndex, parse: ParseJson) {
    this.#text = new TextWindow(bytes)
    this.#index = index
    this.#parse = parse
  }

  /**
   * Looks for the items, and lets others have their turn in between.
   * @throws ApiError where the body is no batch or holds too many: before any is judged
   */
  static async find(bytes: Buffer, isJson: boolean, parse: ParseJson): Promise<BatchItems> {
    const finding = isJson ? indexJson(bytes) : indexLines(bytes)
    let step = finding.next()
    for (; step.done !== true; step = finding.next()) await nextTurn()
    return new BatchItems(bytes, step.value, parse)
  }

  get size(): number {
    return this.#index.size
  }

  read(item: number): BatchItem {
    const index = this.#index
    const [start, end, line] = [index.startOf(item), index.endOf(item), index.lineOf(item)]
    const bytes = end - start
    const fault = index.faultOf(item) ?? (bytes > BODY_LIMIT_BYTES ? 'a record is at most 16 KiB' : null)
    if (fault !== null) return { line, value: undefined, fault, bytes }
    try {
      const text = this.#text.text(start, end)
      const value: unknown = this.#text.isPlain ? JSON.parse(text) : this.#parse(text)
      if (isDeeper(value, JSON_DEPTH_MOST)) return { line, value: undefined, fault: TOO_DEEP, bytes }
      return { line, value, fault: null, bytes }
    } catch {
      return { line, value: undefined, fault: 'this is not valid JSON', bytes }
    }
  }
}
