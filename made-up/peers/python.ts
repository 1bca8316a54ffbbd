import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { PeerOptions } from './peer.js'

/** Libraries of Python that are timed where they are installed, each by a script of its own. */
export const pythonPeers = ['scikit_learn', 'isotree'] as const
export type PythonPeer = (typeof pythonPeers)[number]

/** What a script measured: samples, and the scores of the rows for a check. */
export interface PythonTimings {
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

/** The scripts' way to say that their library is not there. */
const NOT_INSTALLED = 3

/** Runs a script on the rows, where python3 has its library; PYTHON names another interpreter. */
export function timePython(
  peer: PythonPeer,
  rows: number[][],
  options: PeerOptions,
  seconds: number,
): PythonTimings | Skipped {
  const order = {
    rows,
    n_trees: options.nTrees,
    subsample_size: options.subsampleSize,
    seed: options.seed,
    seconds,
  }
  const python = process.env.PYTHON ?? 'python3'
  const script = fileURLToPath(new URL(`${peer}_peer.py`, import.meta.url))
  const run = spawnSync(python, [script], { input: JSON.stringify(order), maxBuffer: 2 ** 26 })
  if (run.error) return { skipped: `${python} is not there` }
  if (run.status === NOT_INSTALLED) return { skipped: `${python} does not have it` }
  if (run.status !== 0) return { skipped: `${python} failed: ${run.stderr.toString().trim().slice(-200)}` }
  return JSON.parse(run.stdout.toString())
}
