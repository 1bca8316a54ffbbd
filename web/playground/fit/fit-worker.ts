// The page's worker: fits and scores, so that the page never waits for either.

import { IsolationForest } from 'codeflow-sentinel/forest'
import { FittedRows } from './fitted-rows.js'
import type { AnswerOf, FitAnswer, FitOrder, Message, Order } from './orders.js'
import { measure } from './timings.js'

const TIMED_ROWS = 1000
/** Of a column, that bytes hold. */
const LONGEST_NAME = 200

let fitted: FittedRows | undefined

addEventListener('message', async ({ data }: MessageEvent<{ id: number; order: Order }>) => {
  const { id, order } = data
  try {
    const answer =
      order.kind === 'fit'
        ? await fitRows(order, (treesGrown, nTrees) => send({ id, treesGrown, nTrees }))
        : answerTo(order)
    send({ id, answer })
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : String(error) })
  }
})

async function fitRows(order: FitOrder, onProgress: (grown: number, of: number) => void): Promise<FitAnswer> {
  const { nFeatures, nTrees, subsampleSize, contamination, seed, nRows } = order
  const maxRows = nRows
  const options = { nFeatures, nTrees, subsampleSize, contamination, seed, maxRows }
  const forest = await IsolationForest.create(options)
  const startedMs = performance.now()
  const featureNames = namesFor(order.names)
  forest.fit(order, { onProgress, ...(featureNames !== null && { featureNames }) })
  const fitMs = performance.now() - startedMs
  fitted = new FittedRows(forest, order)
  return {
    kind: 'fit',
    scores: fitted.scores,
    threshold: forest.threshold,
    anomalous: fitted.anomalous(),
    ranked: fitted.ranked(),
    bytes: forest.toBytes(),
    fitMs,
    subsampleSize: forest.subsampleSize,
    shared: forest.arena.shared,
  }
}

/** Names that a forest may carry; null where two columns would have one. */
function namesFor(columns: readonly string[]): string[] | null {
  const names = columns.map((name) => name.slice(0, LONGEST_NAME))
  return names.includes('') || new Set(names).size < names.length ? null : names
}

function answerTo(order: Exclude<Order, FitOrder>): AnswerOf[keyof AnswerOf] {
  if (fitted === undefined) throw new Error('Nothing is fitted yet.')
  switch (order.kind) {
    case 'threshold': {
      fitted.setContamination(order.contamination)
      const { threshold } = fitted.forest
      const anomalous = fitted.anomalous()
      return {
        kind: 'threshold',
        threshold,
        anomalous,
        ranked: fitted.ranked(),
        bytes: fitted.forest.toBytes(),
      }
    }
    case 'field':
      return { kind: 'field', scores: fitted.field(order) }
    case 'timings':
      return measure(fitted.forest, fitted.float32Rows(TIMED_ROWS))
  }
}

function send(message: Message): void {
  postMessage(message)
}
