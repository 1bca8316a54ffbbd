import type { Config } from '../config/config.js'
import { withForestFile } from '../config/forest-file.js'
import { checkStateFolder } from '../config/state-folder.js'
import { ollamaModel } from '../explain/llm/ollama-model.js'
import { Sentinel, type SentinelLog, type SentinelOptions } from '../sentinel.js'
import { StateFile } from '../state/state-file.js'
import type { SentinelMetrics } from './metrics/sentinel-metrics.js'

/**
 * The sentinel that a configuration describes, reporting to the app's metrics and log.
 * @param before whose place it is to take: then it keeps nothing before it has
 * @throws ConfigError when the file of a given forest, or the folder for the state, cannot be used
 */
export async function sentinelOf(
  config: Config,
  metrics: SentinelMetrics,
  log: SentinelLog,
  before?: Sentinel,
): Promise<Sentinel> {
  const { alerts, anomaliesMax, incidentsMax, forestFile, state, telemetry } = config
  const detector = { ...config.detector, telemetry }
  const { mode, timeoutMs, ollamaHost, ollamaApiKey, ollamaModel: modelName } = config.explain
  const explain = { mode, timeoutMs, model: ollamaModel(ollamaHost, modelName, ollamaApiKey) }
  const options: SentinelOptions = {
    detector,
    alerts,
    explain,
    anomaliesMax,
    incidentsMax,
    listener: metrics,
    log,
  }
  const { dir, intervalMs } = state
  if (dir !== null && before === undefined) checkStateFolder(dir)
  const make = (more: SentinelOptions): Promise<Sentinel> => {
    if (before !== undefined) return Sentinel.successor(before, more)
    return Sentinel.create(
      dir === null ? more : { ...more, state: { store: new StateFile(dir), intervalMs } },
    )
  }
  if (forestFile === null) return make(options)
  const sentinel = await withForestFile(forestFile, (forest) =>
    make({ ...options, detector: { ...detector, forest } }),
  )
  log.info({ forestFile }, 'records are judged by the forest of this file, and nothing is learnt')
  const { assumed } = sentinel.detector
  if (assumed !== null) log.info({ forestFile }, assumed)
  return sentinel
}
