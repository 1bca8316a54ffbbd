import process from 'node:process'
import type { Incident } from '../../alerts/incidents/incident.js'
import type { Config } from '../../config/config.js'
import { withForestFile } from '../../config/forest-file.js'
import { checkStateFolder } from '../../config/state-folder.js'
import { DEFAULT_DETECTOR } from '../../detectors/default-detector.js'
import { Detectors } from '../../detectors/detectors.js'
import type { NamedDetector } from '../../detectors/named-detector.js'
import { Sentinel, type SentinelLog, type SentinelOptions } from '../../sentinel.js'
import { StateFile } from '../../state/file/state-file.js'
import { REQUEST_TELEMETRY, type TelemetryModel } from '../../telemetry/model.js'
import { usageError } from '../arguments.js'
import { commandConfig } from '../command-config.js'
import type { LineMap } from '../formats/line-map.js'

/** Incidents that a report can hold. */
const INCIDENTS_MAX = 10_000
/** The state is written once, at the end. */
const NEVER_MS = 2 ** 31 - 1
const SHOWN_CHARS = 40

/** Who judges for a command. */
export interface JudgingSettings {
  /** File of settings; null for the one that SENTINEL_CONFIG names, if it names one. */
  readonly configFile: string | null
  readonly map: LineMap | null
  /** Which of the detectors that the settings set up, with its entities; null for what `default` watches, by one baseline. */
  readonly detectorName: string | null
}

export interface ReplaySettings extends JudgingSettings {
  /** Where to leave what was learnt; nowhere when it is null. */
  readonly stateDir: string | null
}

/** The detector that judges the records of a command, and what it found. Whoever has it made closes it. */
export interface JudgingDetector {
  readonly detector: NamedDetector
  /** Newest first. */
  incidents(): Incident[]
  close(): Promise<void>
}

/**
 * The settings of the service, but that fits are awaited at their record.
 * @param configFile in place of the one that SENTINEL_CONFIG names
 * @throws ConfigError for settings that cannot be used
 */
export function replayConfig(configFile: string | null): Config {
  return commandConfig({ SENTINEL_FIT: 'sync', ...(configFile !== null && { SENTINEL_CONFIG: configFile }) })
}

/** The settings of the service, for what is followed now. */
export function watchConfig(configFile: string | null): Config {
  return commandConfig(configFile === null ? {} : { SENTINEL_CONFIG: configFile })
}

/**
 * A detector by the settings of the service, but for what depends on its pace: fits are awaited at their record, and the
 * clock is that of the records.
 * @throws ConfigError for settings that cannot be used, CommandError for a name that no detector has
 */
export function replayingDetector(settings: ReplaySettings): Promise<JudgingDetector> {
  const { stateDir } = settings
  return detectorBy(replayConfig(settings.configFile), settings, {
    anomaliesMax: 1,
    incidentsMax: INCIDENTS_MAX,
    ...(stateDir !== null && { stateDir, intervalMs: NEVER_MS }),
  })
}

/**
 * A detector as the service would have it, without a language model.
 * @throws ConfigError for settings that cannot be used, CommandError for a name that no detector has
 */
export function watchingDetector(settings: JudgingSettings): Promise<JudgingDetector> {
  const config = watchConfig(settings.configFile)
  const { dir, intervalMs } = config.state
  if (dir !== null) checkStateFolder(dir)
  return detectorBy(config, settings, {
    ...(dir !== null && { stateDir: dir, intervalMs }),
    log: FAULTS_ALONE,
  })
}

/**
 * What is watched by the detector of a name; for null by `default`.
 * @throws CommandError naming those that there are
 */
export function telemetryBy({ telemetry, detectors }: Config, name: string | null): TelemetryModel {
  if (name === null || (detectors === null && name === DEFAULT_DETECTOR)) return telemetry
  const found = detectors?.find((one) => one.name === name)?.detector.telemetry
  if (found !== undefined) return found
  const names = detectors?.map((one) => one.name) ?? [DEFAULT_DETECTOR]
  throw usageError(
    `--detector: there is no detector ${JSON.stringify(name.slice(0, SHOWN_CHARS))}; there are ${names.join(', ')}`,
  )
}

/** What goes wrong is said on the terminal; alerts and incidents have a way of their own. */
const FAULTS_ALONE: SentinelLog = {
  debug() {},
  info() {},
  warn() {},
  error: (_fields, message) => void process.stderr.write(`codeflow-sentinel: ${message}\n`),
}

interface Keeping extends Pick<SentinelOptions, 'anomaliesMax' | 'incidentsMax' | 'log'> {
  readonly stateDir?: string
  readonly intervalMs?: number
}

async function detectorBy(
  config: Config,
  { map, detectorName: name }: JudgingSettings,
  keeping: Keeping,
): Promise<JudgingDetector> {
  checkMap(map, telemetryBy(config, name))
  const detectors =
    name === null || config.detectors === null
      ? Detectors.ofOne(await sentinelBy(config, keeping))
      : await detectorsBy(config, config.detectors, keeping)
  const detector = detectors.get(name ?? DEFAULT_DETECTOR) as NamedDetector
  const found = detectors.several ? { detector: detector.name } : {}
  return {
    detector,
    incidents: () => detectors.default.shared.incidents.list(found),
    close: () => detectors.close(),
  }
}

/** Requests that a map makes of lines are judged as requests. @throws CommandError */
function checkMap(map: LineMap | null, telemetry: TelemetryModel): void {
  if (map?.requests === true && telemetry !== REQUEST_TELEMETRY)
    throw usageError(
      '--map makes requests of the lines, and the settings declare that something else is watched',
    )
}

/** All of them, as the service has them: they share a memory, and a state folder. */
function detectorsBy(
  { alerts }: Config,
  detectors: NonNullable<Config['detectors']>,
  { stateDir: dir, intervalMs = NEVER_MS, ...rest }: Keeping,
): Promise<Detectors> {
  const state = dir === undefined ? {} : { state: { store: new StateFile(dir), dir, intervalMs } }
  return Detectors.create({ ...rest, ...state, alerts, detectors, listener: {} })
}

function sentinelBy(config: Config, { stateDir: dir, intervalMs, ...rest }: Keeping): Promise<Sentinel> {
  const { alerts, forestFile, telemetry } = config
  const detector = { ...config.detector, telemetry }
  const state =
    dir === undefined
      ? {}
      : { state: { store: new StateFile(dir), ...(intervalMs !== undefined && { intervalMs }) } }
  const options = { ...rest, ...state, detector, alerts }
  if (forestFile === null) return Sentinel.create(options)
  return withForestFile(forestFile, (forest) =>
    Sentinel.create({ ...options, detector: { ...detector, forest } }),
  )
}
