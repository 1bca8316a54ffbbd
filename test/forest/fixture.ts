import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { NaiveNode } from '../../made-up/peers/naive-tree.js'

/** One tree as `make_sklearn_fixtures.py` writes it: parallel arrays, -1 for the children of a leaf. */
export interface ScikitLearnTree {
  children_left: number[]
  children_right: number[]
  feature: number[]
  threshold: number[]
  n_node_samples: number[]
}

/** A scikit-learn forest with its answers. */
export interface ScikitLearnFixture {
  sklearn_version: string
  n_features: number
  max_samples: number
  contamination: number | 'auto'
  offset: number
  trees: ScikitLearnTree[]
  /** By tree, the columns behind its feature numbers. */
  estimators_features?: number[][]
  train: number[][]
  test: number[][]
  score_samples: number[]
  decision_function: number[]
  predict: number[]
  train_score_samples: number[]
}

/** Other golden numbers: c(n), and ExCeeD's probability for a flagged row. */
export interface Golden {
  average_path_length: Record<string, number>
  exceed: { n: number; contamination: number; k: number; confidence_if_anomaly: number }[]
}

export const fixtureNames = [
  'telemetry',
  'telemetry-auto',
  'ten-features',
  'toy',
  'constant',
  'duplicates',
  'five-rows',
] as const

/** A forest whose trees were grown on rows drawn with repetitions, `bootstrap=True`. */
export const BOOTSTRAP = 'bootstrap'

/** A forest whose trees know some of the columns, `max_features` below 1. */
export const SOME_FEATURES = 'some-features'

const folder = new URL('../fixtures/', import.meta.url)

type FixtureName = (typeof fixtureNames)[number] | typeof BOOTSTRAP | typeof SOME_FEATURES

export function fixtureUrl(name: FixtureName): URL {
  return new URL(`sklearn-${name}.json.gz`, folder)
}

export function readFixture(name: FixtureName): ScikitLearnFixture {
  return JSON.parse(gunzipSync(readFileSync(fixtureUrl(name))).toString())
}

export function readGolden(): Golden {
  return JSON.parse(readFileSync(new URL('golden.json', folder), 'utf8'))
}

/** A tree of scikit-learn, with its float64 thresholds as they are. */
export function treeFromScikitLearn(tree: ScikitLearnTree, index = 0): NaiveNode {
  const node: NaiveNode = { size: tree.n_node_samples[index] as number }
  const left = tree.children_left[index] as number
  if (left >= 0) {
    node.split = {
      feature: tree.feature[index] as number,
      value: tree.threshold[index] as number,
      left: treeFromScikitLearn(tree, left),
      right: treeFromScikitLearn(tree, tree.children_right[index] as number),
    }
  }
  return node
}
