import process from 'node:process'
import type { Config } from '../../config/config.js'
import { withForestFile } from '../../config/forest-file.js'
import { checkStateFolder } from '../../config/state-folder.js'
import { Sentinel, type SentinelLog, type SentinelOptions } from '../../sentinel.js'
import { StateFile } from '../../state/state-file.js'
import { REQUEST_TELEMETRY } from '../../telemetry/model.js'
import { usageError } from '../arguments.js'
import { commandConfig } from '../command-config.js'
import type { LineMap } from '../formats/line-map.js'

/** Incidents that a report can hold. */
const INCIDENTS_MAX = 10_000
/** The state is written once, at the end. */
const NEVER_MS = 2 ** 31 - 1

/** What the arguments of a command say about settings. */
export interface ReplaySettings {
  /** Where to leave what was learnt; nowhere when it is null. */
  readonly stateDir: string | null
  /** File of settings; null for the one that SENTINEL_CONFIG names, if it names one. */
  readonly configFile: string | null
  readonly map: LineMap | null
}

/**
 * The settings of the service, but that fits are awaited at their record.
 * @param configFile in place of the one that SENTINEL_CONFIG names
 * @throws ConfigError for settings that cannot be used
 */
export function replayConfig(configFile: string | null): Config {
  return commandConfig({ SENTINEL_FIT: 'sync', ...(configFile !== null && { SENTINEL_CONFIG: configFile }) })
}

/**
 * A sentinel by the settings of the service, but for what depends on its pace: fits are awaited at their record, and the
 * clock is that of the records.
 * @throws ConfigError for settings that cannot be used
 */
export async function replayingSentinel({ stateDir, configFile, map }: ReplaySettings): Promise<Sentinel> {
  return sentinelOf(checkedFor(map, replayConfig(configFile)), {
    anomaliesMax: 1,
    incidentsMax: INCIDENTS_MAX,
    ...(stateDir !== null && { state: { store: new StateFile(stateDir), intervalMs: NEVER_MS } }),
  })
}

/** The settings of the service, for what is followed now. */
export function watchConfig(configFile: string | null): Config {
  return commandConfig(configFile === null ? {} : { SENTINEL_CONFIG: configFile })
}

/** Requests that a map makes of lines are judged as requests. @throws CommandError */
function checkedFor(map: LineMap | null, config: Config): Config {
  if (map?.requests === true && config.telemetry !== REQUEST_TELEMETRY)
    throw usageError(
      '--map makes requests of the lines, and the settings declare that something else is watched',
    )
  return config
}

/**
 * A sentinel as the service would be, without a language model.
 * @throws ConfigError for settings that cannot be used
 */
export async function watchingSentinel(map: LineMap | null, configFile: string | null): Promise<Sentinel> {
  const config = checkedFor(map, watchConfig(configFile))
  const { dir, intervalMs } = config.state
  if (dir !== null) checkStateFolder(dir)
  const state = dir === null ? {} : { state: { store: new StateFile(dir), intervalMs } }
  return sentinelOf(config, { ...state, log: FAULTS_ALONE })
}

/** What goes wrong is said on the terminal; alerts and incidents have a way of their own. */
const FAULTS_ALONE: SentinelLog = {
  debug() {},
  info() {},
  warn() {},
  error: (_fields, message) => void process.stderr.write(`codeflow-sentinel: ${message}\n`),
}

function sentinelOf(config: Config, rest: SentinelOptions): Promise<Sentinel> {
  const { alerts, forestFile, telemetry } = config
  const detector = { ...config.detector, telemetry }
  const options = { ...rest, detector, alerts }
  if (forestFile === null) return Sentinel.create(options)
  return withForestFile(forestFile, (forest) =>
    Sentinel.create({ ...options, detector: { ...detector, forest } }),
  )
}
