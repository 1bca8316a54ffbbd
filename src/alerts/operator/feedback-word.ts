import type { FeedbackAnswer } from './feedback-note.js'
import type { OperatorWord } from './operator-word.js'

/**
 * Feedback as the other replicas of a fleet are told.
 * @param source id of the anomaly or the incident that it was given on
 * @param incident the same id, where it is an incident
 */
export function wordOf(
  { feedback, mute, never_learnt: threat }: FeedbackAnswer,
  source: string,
  incident: string | null,
  nowMs: number,
): OperatorWord {
  const { verdict, note } = feedback
  const forMs = Date.parse((mute ?? threat)?.until ?? '') - nowMs
  if (mute !== null) {
    const { id: _, created: _created, until: _until, muted: _muted, ...pattern } = mute
    return { said: 'expected', incident, note, forMs, pattern }
  }
  if (threat !== null) {
    const { id: _, created: _created, until: _until, kept_out: _kept, ...pattern } = threat
    return { said: 'threat', incident, note, forMs, pattern }
  }
  return { said: 'noted', verdict, source, incident, note }
}
