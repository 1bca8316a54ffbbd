import { type Static, Type } from '@sinclair/typebox'
import { IncidentReference, P } from '../alerts/alert-fields.js'
import { Action } from '../alerts/incidents/incident.js'
import { FeedbackNote } from '../alerts/operator/feedback-note.js'
import { Origin } from '../alerts/origin-schema.js'
import { Score } from '../detector/verdict.js'
import { RawRecord } from '../telemetry/raw-record.js'
import { Detail } from './detail.js'

/** Who explained an anomaly and how. */
export const AnomalyExplanation = Type.Object(
  {
    source: Type.Union([Type.Literal('rules'), Type.Literal('llm')], {
      description: '`rules` until a language model has answered, if one is asked at all.',
    }),
    text: Type.String(),
    model: Type.Union([Type.String(), Type.Null()], { description: 'Which model; null for the rules.' }),
    ms: Type.Union([Type.Number(), Type.Null()], {
      description: 'How long the model took, 0 when its words came from the cache; null for the rules.',
    }),
  },
  { description: 'The explanation with its origin.' },
)
export type AnomalyExplanation = Static<typeof AnomalyExplanation>

/** What the answer to an anomaly says, and everything that shows it later. */
export const Threat = Type.Object({
  status: Type.Literal('THREAT_DETECTED'),
  action: Action,
  reason: Type.String({ description: 'Why somebody is told of the record, in a sentence.' }),
  prediction_score: Score,
  confidence: Type.Number({
    minimum: 0,
    maximum: 1,
    description:
      '1 - p: how rare the record is among ordinary ones of its route, and not how likely an attack is. Where there is no p it is the `confidence` of the detail: before the first forest, with SENTINEL_ALERTS=contamination, and with a given forest.',
  }),
})

/** An anomaly as lists and streams show it. */
export const AnomalySummary = Type.Object(
  {
    id: Type.String({ description: 'Sorts by time; the `x-anomaly-id` of the answer to the record.' }),
    timestamp: Type.String({ format: 'date-time', description: 'When the record was judged.' }),
    route: Type.Union([Type.String(), Type.Null()], {
      description: 'As the client gave it, made one line, without query, fragment and the like.',
    }),
    record: Type.Optional(RawRecord),
    ...Threat.properties,
    p: P,
    incident: IncidentReference,
    explanation: AnomalyExplanation,
    ...Origin.properties,
  },
  { description: 'One anomaly.' },
)
export type AnomalySummary = Static<typeof AnomalySummary>

/** An anomaly with all that the detector said of it. */
export const Anomaly = Type.Object(
  {
    ...AnomalySummary.properties,
    detail: Type.Unsafe<Detail>({ $ref: `${Detail.$id}#` }),
    feedback: Type.Union([FeedbackNote, Type.Null()], {
      description: 'What an operator said of it; null while nobody did.',
    }),
  },
  { description: 'One anomaly with its full detail.' },
)
export type Anomaly = Static<typeof Anomaly>
