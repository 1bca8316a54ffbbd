import type { FeedbackAnswer, FeedbackNote } from '../../../src/alerts/operator/feedback-note.js'
import { created } from '../../shared/page-elements.js'
import { type Api, ApiFailure } from '../connection/api.js'
import { hashOf, type Place } from '../connection/place.js'
import { counted } from '../words.js'

const CONFIRM = 'SENTINEL_CONFIRM_NEEDED'
const ABOUT =
  'Expected: records like it stop alerting for a week, and are learnt. Threat: they are never learnt.'

type Verdict = FeedbackNote['verdict']

/** What an operator has said or may say: that it was expected, or a threat. What reaches far asks once more. */
export class FeedbackView {
  readonly element = created('div', 'feedback')
  /** Of what is spoken. */
  readonly key: string
  readonly #words = created('p', 'note')
  readonly #buttons: Readonly<Record<Verdict, HTMLButtonElement>>
  readonly #api: Api
  readonly #place: Place
  readonly #onSaid: () => void
  /** What was said here: its answer stands until something else is said elsewhere. */
  #given: Verdict | null = null
  #busy = false

  constructor(api: Api, place: Place, onSaid: () => void) {
    this.#api = api
    this.#place = place
    this.#onSaid = onSaid
    this.key = hashOf(place)
    this.#words.setAttribute('role', 'status')
    this.#buttons = {
      expected: button('Expected', 'quiet', () => void this.#give('expected', false)),
      threat: button('Threat', 'quiet threat', () => void this.#give('threat', false)),
    }
    const row = created('p', 'buttons')
    row.append(this.#buttons.expected, this.#buttons.threat)
    this.element.append(row, created('p', 'note', ABOUT), this.#words)
  }

  /** What is known to have been said; null for nothing. */
  show(said: FeedbackNote | null): void {
    if (said === null || said.verdict === this.#given) return
    this.#given = said.verdict
    this.#say(`An operator called it ${said.verdict === 'threat' ? 'a threat' : 'expected'}.`)
  }

  async #give(verdict: Verdict, confirm: boolean): Promise<void> {
    if (this.#busy) return
    this.#hold(true)
    try {
      const body = confirm ? { verdict, confirm } : { verdict }
      const { kind, id } = this.#place
      const answer = await this.#api.post<FeedbackAnswer>(`./${kind}/${id}/feedback`, body)
      this.#given = verdict
      this.#say(sentenceOf(answer), verdict)
      this.#onSaid()
    } catch (error) {
      const failure = error instanceof ApiFailure ? error : null
      this.#say(failure?.message ?? String(error), verdict)
      if (failure?.code === CONFIRM)
        this.#words.append(
          ' ',
          button('Do it all the same', 'quiet small', () => void this.#give(verdict, true)),
        )
    } finally {
      this.#hold(false)
    }
  }

  /** A button that is disabled would lose the focus. */
  #hold(busy: boolean): void {
    this.#busy = busy
    for (const each of Object.values(this.#buttons)) each.setAttribute('aria-disabled', String(busy))
  }

  /** @param asked what was pressed: the focus goes there from a button among the words */
  #say(text: string, asked?: Verdict): void {
    if (asked !== undefined && this.#words.contains(document.activeElement)) this.#buttons[asked].focus()
    this.#words.textContent = text
  }
}

function button(text: string, kind: string, act: () => void): HTMLButtonElement {
  const element = created('button', kind, text)
  element.type = 'button'
  element.addEventListener('click', act)
  return element
}

function sentenceOf({ mute, never_learnt: never, forgotten, warning }: FeedbackAnswer): string {
  const until = mute ?? never
  const what = mute !== null ? 'Muted' : never !== null ? 'Never learnt' : 'Taken down'
  const when = until === null ? '' : ` until ${new Date(until.until).toLocaleDateString()}`
  const gone =
    forgotten === null ? '' : `; ${counted(forgotten.baseline, 'record')} taken out of the baseline`
  return `${what}${when}${gone}.${warning === null ? '' : ` ${warning}`}`
}
