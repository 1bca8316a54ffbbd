import type { Analysis } from '../../../src/http/schemas/analysis.js'
import { created, elementOf } from '../../shared/page-elements.js'
import { type Api, ApiFailure } from '../connection/api.js'
import { contributionsView } from './contributions-view.js'

/** Sends one record that is judged and not learnt, and shows the verdict. */
export class TryPanel {
  readonly #api: Api
  readonly #form = elementOf('try', HTMLFormElement)
  readonly #answer = elementOf('try-answer', HTMLElement)
  readonly #fields: readonly Element[]
  /** Where a record is written as JSON; null while there is a field for each feature of requests. */
  #json: HTMLTextAreaElement | null = null
  #flow = './analyze-flow'
  /** What is proposed, as text. */
  #proposed = ''

  constructor(api: Api) {
    this.#api = api
    this.#fields = [...this.#form.querySelectorAll('label, datalist')]
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#send()
    })
  }

  /**
   * Says who judges, and what a record looks like; what was written stays where nothing of that changes.
   * @param flow where it is sent
   * @param example a record of declared features, which is taken as JSON; null for the fields of requests
   */
  declare(flow: string, example: Readonly<Record<string, unknown>> | null): void {
    const proposed = JSON.stringify([flow, example])
    if (proposed === this.#proposed) return
    this.#proposed = proposed
    this.#flow = flow
    this.#answer.replaceChildren()
    for (const field of this.#form.querySelectorAll('label, datalist')) field.remove()
    this.#json = example === null ? null : created('textarea')
    this.#form.prepend(...(this.#json === null ? this.#fields : [jsonField(this.#json, example)]))
  }

  /** Fills a route in. */
  propose(route: string): void {
    const field = this.#form.elements.namedItem('route')
    if (field instanceof HTMLInputElement) field.value = route
    const record = this.#json === null ? null : parsed(this.#json.value)
    if (this.#json !== null && record !== null && typeof record.route === 'string')
      this.#json.value = JSON.stringify({ ...record, route }, null, 2)
  }

  async #send(): Promise<void> {
    const record = this.#json === null ? this.#request() : parsed(this.#json.value)
    if (record === null) {
      this.#answer.replaceChildren(created('p', 'error', 'the record must be an object in JSON'))
      return
    }
    try {
      this.#show(await this.#api.post<Analysis>(`${this.#flow}?learn=false&detail=true`, record))
    } catch (error) {
      const text = error instanceof ApiFailure ? error.message : String(error)
      this.#answer.replaceChildren(created('p', 'error', text))
    }
  }

  #request(): Record<string, unknown> {
    const fields = new FormData(this.#form)
    const number = (name: string): number => Number(fields.get(name))
    const route = String(fields.get('route') ?? '')
    return {
      latency: number('latency'),
      input_length: number('input_length'),
      errors: number('errors'),
      ...(route === '' ? {} : { route }),
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

function jsonField(json: HTMLTextAreaElement, example: unknown): HTMLLabelElement {
  json.name = 'record'
  json.rows = 6
  json.required = true
  json.spellcheck = false
  json.value = JSON.stringify(example, null, 2)
  const label = created('label', 'whole')
  label.append(created('span', '', 'Record, JSON'), json)
  return label
}

/** An object in JSON; null for what is none. */
function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
