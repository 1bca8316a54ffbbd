import type { Status } from '../../../src/http/schemas/live.js'
import { elementOf } from '../../shared/page-elements.js'
import type { Api } from '../connection/api.js'
import { copyOnClick } from './copy-button.js'

const OF_REQUESTS = { latency: 127.4, input_length: 1893, errors: 0, route: '/api/analyze' }

/** What is said while no record has come: the command that sends one here. */
export class Welcome {
  readonly #section = elementOf('welcome', HTMLElement)
  readonly #command = elementOf('welcome-command', HTMLElement)
  readonly #api: Api
  #flow = './analyze-flow'
  #example: object = OF_REQUESTS

  constructor(api: Api) {
    this.#api = api
    elementOf('welcome-pre', HTMLPreElement).tabIndex = 0
    copyOnClick(elementOf('welcome-copy', HTMLButtonElement), () => this.#command.textContent ?? '')
  }

  /** Says who judges, and what a record looks like; null for one of a request. */
  declare(flow: string, example: object | null): void {
    this.#flow = flow
    this.#example = example ?? OF_REQUESTS
    if (!this.#section.hidden) this.#write()
  }

  show({ samples, hour, model_generation: generation }: Status): void {
    this.#section.hidden = samples > 0 || hour.records > 0 || generation > 0
    if (!this.#section.hidden) this.#write()
  }

  #write(): void {
    const address = new URL(this.#flow, location.href.split('#', 1)[0]).href
    const token = this.#api.hasToken ? "-H 'authorization: Bearer <token>' \\\n  " : ''
    const text = `curl -s ${address} \\\n  ${token}-H 'content-type: application/json' \\\n  -d '${written(this.#example)}'`
    if (this.#command.textContent !== text) this.#command.textContent = text
  }
}

/** JSON in one line, for a shell between single quotes. */
function written(example: object): string {
  const text = JSON.stringify(example, null, 1)
    .replaceAll(/\n\s*/g, ' ')
    .replaceAll(/([[{]) | ([\]}])/g, '$1$2')
  return text.replaceAll("'", "'\\''")
}
