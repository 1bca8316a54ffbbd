import type { Config } from '../../config/config.js'
import { withForestFile } from '../../config/forest-file.js'
import { checkStateFolder } from '../../config/state-folder.js'
import { Detectors } from '../../detectors/detectors.js'
import { ollamaModel } from '../../explain/llm/ollama-model.js'
import { Sentinel, type SentinelLog, type SentinelOptions } from '../../sentinel.js'
import { StateFile } from '../../state/file/state-file.js'
import type { SentinelMetrics } from '../metrics/sentinel-metrics.js'

/**
 * The detectors that a configuration describes, reporting to the app's metrics and log.
 * @param before whose place they are to take: then they keep nothing before they have
 * @throws Error for several detectors that are to change: what they learn in is laid out at the start
 * @throws ConfigError when the file of a given forest, or the folder for the state, cannot be used
 */
export async function detectorsOf(
  config: Config,
  metrics: SentinelMetrics,
  log: SentinelLog,
  before?: { readonly config: Config; readonly detectors: Detectors },
): Promise<Detectors> {
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
  if (before !== undefined && (before.detectors.several || config.detectors !== null)) {
    if (foundationOf(config) === foundationOf(before.config)) return before.detectors
    throw new Error(
      'with detectors set up, what they watch, learn and tell of is read at the start alone: restart for it',
    )
  }
  if (config.detectors !== null) {
    const { detectors } = config
    const kept = dir === null ? {} : { state: { store: new StateFile(dir), dir, intervalMs } }
    return Detectors.create({
      ...{ alerts, explain, anomaliesMax, incidentsMax, log, detectors, listener: metrics },
      ...kept,
    })
  }
  const make = (more: SentinelOptions): Promise<Sentinel> => {
    if (before !== undefined) return Sentinel.successor(before.detectors.default.shared, more)
    return Sentinel.create(
      dir === null ? more : { ...more, state: { store: new StateFile(dir), intervalMs } },
    )
  }
  if (forestFile === null) return Detectors.ofOne(await make(options))
  const sentinel = await withForestFile(forestFile, (forest) =>
    make({ ...options, detector: { ...detector, forest } }),
  )
  log.info({ forestFile }, 'records are judged by the forest of this file, and nothing is learnt')
  const { assumed } = sentinel.detector
  if (assumed !== null) log.info({ forestFile }, assumed)
  return Detectors.ofOne(sentinel)
}

/** All that several detectors are made by, as text. */
function foundationOf({ detectors, alerts, explain, anomaliesMax, incidentsMax, state }: Config): string {
  const named = detectors?.map(({ detector: { telemetry: _, ...detector }, ...rest }) => ({
    ...rest,
    detector,
  }))
  return JSON.stringify([named ?? null, alerts, explain, anomaliesMax, incidentsMax, state.dir])
}
