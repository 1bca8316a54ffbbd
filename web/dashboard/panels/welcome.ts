import type { Status } from '../../../src/http/schemas/live.js'
import { elementOf } from '../../shared/page-elements.js'
import type { Api } from '../connection/api.js'
import { copyOnClick } from './copy-button.js'

/** What is said while no record has come: the command that sends one here. */
export class Welcome {
  readonly #section = elementOf('welcome', HTMLElement)
  readonly #command = elementOf('welcome-command', HTMLElement)
  readonly #api: Api
  #example: object = { latency: 127.4, input_length: 1893, errors: 0, route: '/api/analyze' }

  constructor(api: Api) {
    this.#api = api
    elementOf('welcome-pre', HTMLPreElement).tabIndex = 0
    copyOnClick(elementOf('welcome-copy', HTMLButtonElement), () => this.#command.textContent ?? '')
  }

  /** Says what a record looks like where that is declared. */
  declare(example: object): void {
    this.#example = example
    this.#command.textContent = ''
  }

  show({ samples, hour, model_generation: generation }: Status): void {
    const empty = samples === 0 && hour.records === 0 && generation === 0
    this.#section.hidden = !empty
    if (!empty || this.#command.textContent !== '') return
    const address = new URL('./analyze-flow', location.href.split('#', 1)[0]).href
    const token = this.#api.hasToken ? "-H 'authorization: Bearer <token>' \\\n  " : ''
    this.#command.textContent = `curl -s ${address} \\\n  ${token}-H 'content-type: application/json' \\\n  -d '${written(this.#example)}'`
  }
}

/** JSON in one line, for a shell between single quotes. */
function written(example: object): string {
  const text = JSON.stringify(example, null, 1)
    .replaceAll(/\n\s*/g, ' ')
    .replaceAll(/([[{]) | ([\]}])/g, '$1$2')
  return text.replaceAll("'", "'\\''")
}
