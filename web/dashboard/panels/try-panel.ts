import type { Analysis } from '../../../src/http/schemas/analysis.js'
import { created, elementOf } from '../../shared/page-elements.js'
import { type Api, ApiFailure } from '../connection/api.js'
import { contributionsView } from './contributions-view.js'

/** Sends one record that is judged and not learnt, and shows the verdict. */
export class TryPanel {
  readonly #api: Api
  readonly #form = elementOf('try', HTMLFormElement)
  readonly #answer = elementOf('try-answer', HTMLElement)

  constructor(api: Api) {
    this.#api = api
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#send()
    })
  }

  /** Fills a route in. */
  propose(route: string): void {
    const field = this.#form.elements.namedItem('route')
    if (field instanceof HTMLInputElement) field.value = route
  }

  async #send(): Promise<void> {
    const fields = new FormData(this.#form)
    const number = (name: string): number => Number(fields.get(name))
    const route = String(fields.get('route') ?? '')
    const record = {
      latency: number('latency'),
      input_length: number('input_length'),
      errors: number('errors'),
      ...(route === '' ? {} : { route }),
    }
    try {
      this.#show(await this.#api.post<Analysis>('./analyze-flow?learn=false&detail=true', record))
    } catch (error) {
      const text = error instanceof ApiFailure ? error.message : String(error)
      this.#answer.replaceChildren(created('p', 'error', text))
    }
  }

  #show(answer: Analysis): void {
    const threat = answer.status === 'THREAT_DETECTED'
    const verdict = created('p', threat ? 'verdict bad' : 'verdict good')
    verdict.append(created('b', '', answer.status))
    if (threat) verdict.append(created('span', `action ${answer.action}`, answer.action))
    const parts: HTMLElement[] = [verdict]
    if (threat) parts.push(created('blockquote', '', answer.reason))
    const { detail } = answer
    if (detail !== undefined) {
      if (detail.p !== null && detail.p < 1)
        parts.push(
          created('p', 'note', `p ${detail.p.toPrecision(2)}: how often an ordinary record is as rare.`),
        )
      parts.push(contributionsView(detail))
    }
    this.#answer.replaceChildren(...parts)
  }
}
