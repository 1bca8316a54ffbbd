import type { Config } from '../../config/config.js'
import { withForestFile } from '../../config/forest-file.js'
import { checkStateFolder } from '../../config/state-folder.js'
import { Sentinel, type SentinelOptions } from '../../sentinel.js'
import { StateFile } from '../../state/state-file.js'
import { commandConfig } from '../command-config.js'

/** Incidents that a report can hold. */
const INCIDENTS_MAX = 10_000
/** The state is written once, at the end. */
const NEVER_MS = 2 ** 31 - 1

/**
 * A sentinel by the settings of the service, but for what depends on its pace: fits are awaited at their record, and the
 * clock is that of the records.
 * @param stateDir where to leave what was learnt; nowhere when it is null
 * @throws ConfigError for settings that cannot be used
 */
export async function replayingSentinel(stateDir: string | null): Promise<Sentinel> {
  return sentinelOf(commandConfig({ SENTINEL_FIT: 'sync' }), {
    anomaliesMax: 1,
    incidentsMax: INCIDENTS_MAX,
    ...(stateDir !== null && { state: { store: new StateFile(stateDir), intervalMs: NEVER_MS } }),
  })
}

/**
 * A sentinel as the service would be, without a language model.
 * @throws ConfigError for settings that cannot be used
 */
export async function watchingSentinel(): Promise<Sentinel> {
  const config = commandConfig()
  const { dir, intervalMs } = config.state
  if (dir !== null) checkStateFolder(dir)
  return sentinelOf(config, dir === null ? {} : { state: { store: new StateFile(dir), intervalMs } })
}

function sentinelOf({ detector, alerts, forestFile }: Config, rest: SentinelOptions): Promise<Sentinel> {
  const options = { ...rest, detector, alerts }
  if (forestFile === null) return Sentinel.create(options)
  return withForestFile(forestFile, (forest) =>
    Sentinel.create({ ...options, detector: { ...detector, forest } }),
  )
}
