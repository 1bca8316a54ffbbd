import type { FeedbackAnswer, FeedbackNote } from '../../../src/alerts/feedback-note.js'
import { created } from '../../shared/page-elements.js'
import { type Api, ApiFailure } from '../connection/api.js'
import type { Place } from '../connection/place.js'
import { counted } from '../words.js'

const CONFIRM = 'SENTINEL_CONFIRM_NEEDED'

type Verdict = FeedbackNote['verdict']

/** What an operator has said or may say: that it was expected, or a threat. What reaches far asks once more. */
export function feedbackView(
  api: Api,
  place: Place,
  said: FeedbackNote | null,
  onSaid: () => void,
): HTMLElement {
  const view = created('div', 'feedback')
  const words = created('p', 'note')
  words.setAttribute('role', 'status')
  if (said !== null)
    words.textContent = `An operator called it ${said.verdict === 'threat' ? 'a threat' : 'expected'}.`
  const give = async (verdict: Verdict, confirm: boolean): Promise<void> => {
    for (const button of buttons) button.disabled = true
    try {
      const body = confirm ? { verdict, confirm } : { verdict }
      const answer = await api.post<FeedbackAnswer>(`./${place.kind}/${place.id}/feedback`, body)
      words.textContent = sentenceOf(answer)
      onSaid()
    } catch (error) {
      const failure = error instanceof ApiFailure ? error : null
      words.textContent = failure?.message ?? String(error)
      if (failure?.code === CONFIRM) {
        words.append(
          ' ',
          action('Do it all the same', 'quiet small', () => void give(verdict, true)),
        )
      }
    } finally {
      for (const button of buttons) button.disabled = false
    }
  }
  const buttons = [
    action('Expected', 'quiet', () => void give('expected', false)),
    action('Threat', 'quiet threat', () => void give('threat', false)),
  ]
  const row = created('p', 'buttons')
  row.append(...buttons)
  const about =
    'Expected: records like it stop alerting for a week, and are learnt. Threat: they are never learnt.'
  view.append(row, created('p', 'note', about), words)
  return view
}

function action(text: string, kind: string, act: () => void): HTMLButtonElement {
  const button = created('button', kind, text)
  button.type = 'button'
  button.addEventListener('click', act)
  return button
}

function sentenceOf({ mute, never_learnt: never, forgotten, warning }: FeedbackAnswer): string {
  const until = mute ?? never
  const what = mute !== null ? 'Muted' : never !== null ? 'Never learnt' : 'Taken down'
  const when = until === null ? '' : ` until ${new Date(until.until).toLocaleDateString()}`
  const gone =
    forgotten === null ? '' : `; ${counted(forgotten.baseline, 'record')} taken out of the baseline`
  return `${what}${when}${gone}.${warning === null ? '' : ` ${warning}`}`
}
