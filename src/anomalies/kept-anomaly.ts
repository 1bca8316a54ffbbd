import { FEEDBACK_CHECKS } from '../alerts/incidents/kept-incident.js'
import { hasOrigin, type Origin } from '../alerts/origin.js'
import type { Contribution, ExceededRule } from '../detector/verdict.js'
import { type Checks, hasShape, is } from '../state/shape.js'
import { isTimeId } from '../text/time-id.js'
import type { Anomaly, AnomalyExplanation } from './anomaly.js'
import type { Detail } from './detail.js'

const CONTRIBUTION: Checks<Omit<Contribution, 'missing'>> = {
  feature: is.text,
  unit: is.text,
  value: is.number,
  bits: is.number,
  median: is.number,
  percentile: is.number,
}

const EXCEEDED: Checks<ExceededRule> = { feature: is.text, unit: is.text, value: is.number, limit: is.number }

const DETAIL: Checks<Pick<Detail, 'score' | 'contributions' | 'exceeded'>> = {
  score: is.share,
  contributions: is.listOf(is.shaped(CONTRIBUTION)),
  exceeded: is.listOf(is.shaped(EXCEEDED)),
}

const EXPLANATION: Checks<AnomalyExplanation> = {
  source: is.oneOf('rules', 'llm'),
  text: is.text,
  model: is.orNull(is.text),
  ms: is.orNull(is.number),
}

/** What every anomaly of a state has; those of older ones lack the rest. */
const ANOMALY: Checks<
  Omit<Anomaly, keyof Origin | 'record' | 'p' | 'incident' | 'feedback' | 'action' | 'status'>
> = {
  id: (id) => typeof id === 'string' && isTimeId(id),
  timestamp: is.time,
  route: is.orNull(is.text),
  reason: is.text,
  prediction_score: is.share,
  confidence: is.share,
  explanation: is.shaped(EXPLANATION),
  detail: is.shaped(DETAIL),
}

/** Whether something that a state holds can be shown as an anomaly. */
export function isKeptAnomaly(item: unknown): item is Anomaly {
  if (!hasShape(item, ANOMALY)) return false
  const { p, incident, feedback, action, record } = item as Partial<Anomaly>
  return (
    (p == null || is.share(p)) &&
    (incident == null || is.text(incident)) &&
    (feedback == null || hasShape(feedback, FEEDBACK_CHECKS)) &&
    (action === undefined || is.oneOf('observe', 'throttle', 'freeze')(action)) &&
    hasOrigin(item) &&
    (record === undefined || (typeof record === 'object' && record !== null))
  )
}
