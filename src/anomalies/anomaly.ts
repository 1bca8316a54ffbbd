import { type Static, Type } from '@sinclair/typebox'
import { FeedbackNote } from '../alerts/feedback-note.js'
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

/** An anomaly as lists and streams show it. */
export const AnomalySummary = Type.Object(
  {
    id: Type.String({ description: 'Sorts by time; the `x-anomaly-id` of the answer to the record.' }),
    timestamp: Type.String({ format: 'date-time', description: 'When the record was judged.' }),
    route: Type.Union([Type.String(), Type.Null()], { description: 'As the client gave it, made one line.' }),
    status: Type.Literal('THREAT_DETECTED'),
    action: Type.Literal('freeze'),
    reason: Type.String({ description: "The rules' sentence." }),
    prediction_score: Type.Number(),
    confidence: Type.Number(),
    explanation: AnomalyExplanation,
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
