export type { Action, Incident, IncidentKind } from './alerts/incidents/incident.js'
export type { IncidentEvent } from './alerts/incidents/incident-event.js'
export { type Config, loadConfig } from './config/config.js'
export { ConfigError } from './config/config-error.js'
export type { EnvironmentSource } from './config/schema.js'
export { VERSION } from './config/version.js'
export { Detector, type DetectorOptions, type FitReport } from './detector/detector.js'
export { DETECTOR_DEFAULTS } from './detector/options.js'
export type { Contribution, DetectorKind, ExceededRule, Verdict } from './detector/verdict.js'
export { type App, type AppOptions, buildApp } from './http/app.js'
export type { LoggerOptions } from './http/logger.js'
export { SentinelMetrics } from './http/metrics/sentinel-metrics.js'
export {
  type Judgement,
  Sentinel,
  type SentinelListener,
  type SentinelLog,
  type SentinelOptions,
} from './sentinel.js'
export { DeclarationError, type TelemetryDeclaration } from './telemetry/declared/declaration.js'
export { declaredTelemetry } from './telemetry/declared/declared-model.js'
export type { Feature } from './telemetry/features.js'
export { REQUEST_TELEMETRY, type TelemetryModel, telemetryWith } from './telemetry/model.js'
export { type DeclaredRecord, Telemetry, type TelemetryRecord } from './telemetry/record.js'
