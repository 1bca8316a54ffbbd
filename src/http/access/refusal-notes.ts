import type { SentinelLog } from '../../sentinel.js'
import { plainText } from '../../text/plain-text.js'

/** More names than a service has; an attacker who makes up names must not fill the log. */
const MAX_NAMES = 50
const MAX_CHARS = 100

/** What is refused by a setting is said in the log once for each name: most often it is a setting that is missing. */
export class RefusalNotes {
  readonly #log: Pick<SentinelLog, 'warn'>
  readonly #header: string
  readonly #variable: string
  readonly #noted = new Set<string>()

  /**
   * @param header that names what was refused
   * @param variable which allows it
   */
  constructor(log: Pick<SentinelLog, 'warn'>, header: string, variable: string) {
    this.#log = log
    this.#header = header
    this.#variable = variable
  }

  note(name: string | undefined): void {
    if (this.#noted.size >= MAX_NAMES) return
    const refused = name === undefined ? 'none' : plainText(name, MAX_CHARS)
    if (this.#noted.has(refused)) return
    this.#noted.add(refused)
    const last = this.#noted.size === MAX_NAMES ? '; further ones are not logged' : ''
    this.#log.warn(
      { header: this.#header, refused, variable: this.#variable },
      `requests with this ${this.#header} are refused; ${this.#variable} lists those that are served${last}`,
    )
  }
}
