import { type Static, Type } from '@sinclair/typebox'

const Counts = (description: string) => Type.Array(Type.Integer({ minimum: 0 }), { description })
const Scores = (description: string) => Type.Array(Type.Union([Type.Number(), Type.Null()]), { description })

/** Buckets of one width as columns of equal length, oldest first. */
export const TimelineColumns = Type.Object(
  {
    step: Type.Integer({ description: 'Width of a bucket, in seconds.' }),
    time: Type.Array(Type.Integer(), { description: 'When each begins, Unix time in seconds.' }),
    records: Counts('Records judged; 0, too, where nothing is known, as before the start.'),
    odd: Counts('Of these, odd ones: the score exceeds the threshold.'),
    observe: Counts('Of these, answered `THREAT_DETECTED` with `observe`.'),
    throttle: Counts('The same with `throttle`.'),
    freeze: Counts('The same with `freeze`.'),
    score_median: Scores('Median of the scores of the forest, to 0.01; null where it judged nothing.'),
    score_p99: Scores('The score that one in a hundred exceeds.'),
    threshold: Scores('Threshold of the forest at the end of the bucket.'),
  },
  {
    $id: 'Timeline',
    description: 'What became of the records over time.',
    examples: [
      {
        step: 5,
        time: [1767225600, 1767225605],
        records: [250, 251],
        odd: [21, 26],
        observe: [0, 1],
        throttle: [0, 0],
        freeze: [0, 0],
        score_median: [0.4412, 0.4409],
        score_p99: [0.5631, 0.571],
        threshold: [0.5214, 0.5214],
      },
    ],
  },
)
export type TimelineColumns = Static<typeof TimelineColumns>
