import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { PeerOptions } from './peer.js'

/** What `scikit_learn.py` measured: samples, and the scores of the rows for a check. */
export interface ScikitLearnTimings {
  version: string
  fit_ms: number[]
  single_us: number[]
  batch_us: number[]
  scores: number[]
}

/** Why a peer that is not part of this package could not run here. */
export interface Skipped {
  skipped: string
}

const script = fileURLToPath(new URL('scikit_learn.py', import.meta.url))

/** Runs scikit-learn on the rows where python3 has it; PYTHON names another interpreter. */
export function timeScikitLearn(
  rows: number[][],
  options: PeerOptions,
  seconds: number,
): ScikitLearnTimings | Skipped {
  const order = {
    rows,
    n_trees: options.nTrees,
    subsample_size: options.subsampleSize,
    seed: options.seed,
    seconds,
  }
  const python = process.env.PYTHON ?? 'python3'
  const run = spawnSync(python, [script], { input: JSON.stringify(order), maxBuffer: 2 ** 26 })
  if (run.error) return { skipped: `${python} is not there` }
  if (run.status === 3) return { skipped: `${python} has no scikit-learn` }
  if (run.status !== 0) return { skipped: `${python} failed: ${run.stderr.toString().trim().slice(-200)}` }
  return JSON.parse(run.stdout.toString())
}
