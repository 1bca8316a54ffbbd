/** From here on a piece of text is closed and the next one begun: the text of many lines is costly to add to. */
const PIECE_CHARACTERS = 64 * 1024

/** A long text of lines, some of which are still to come, in order. */
export class AnswerLines {
  readonly #pieces: (string | Promise<string>)[] = []
  #open = ''

  add(line: string): void {
    this.#open += line
    if (this.#open.length >= PIECE_CHARACTERS) this.#close()
  }

  addLater(line: Promise<string>): void {
    this.#close()
    this.#pieces.push(line)
  }

  async text(): Promise<string> {
    this.#close()
    return (await Promise.all(this.#pieces)).join('')
  }

  #close(): void {
    if (this.#open !== '') this.#pieces.push(this.#open)
    this.#open = ''
  }
}
