import { DEFAULT_DETECTOR } from '../../detectors/default-detector.js'
import {
  DeclarationError,
  type DetectorDeclaration,
  ENTITIES,
  type TelemetryDeclaration,
} from '../../telemetry/declared/declaration.js'
import { declaredTelemetry } from '../../telemetry/declared/declared-model.js'
import { REQUEST_TELEMETRY, type TelemetryModel } from '../../telemetry/model.js'
import { withPreset } from './preset.js'

/** One detector as a file declares it. */
export interface DeclaredDetector {
  readonly name: string
  readonly telemetry: TelemetryModel
  readonly declaration: string
  readonly entities: number
}

/** What a file says of telemetry. */
export interface DeclaredWatching {
  /** Of the only detector, or of `default`. */
  readonly telemetry: TelemetryModel
  /** `default` first; null where the file sets up none. */
  readonly detectors: readonly DeclaredDetector[] | null
}

interface Said {
  readonly telemetry?: TelemetryDeclaration | null
  readonly detectors?: Readonly<Record<string, DetectorDeclaration>> | null
}

/**
 * What is watched by a file of settings.
 * @throws DeclarationError with its path in the document
 */
export function declaredWatching({ telemetry, detectors }: Said): DeclaredWatching {
  const main =
    telemetry === undefined || telemetry === null
      ? REQUEST_TELEMETRY
      : located(['telemetry'], () => declaredTelemetry(withPreset(telemetry)))
  const declared = Object.entries(detectors ?? {})
  if (declared.length === 0) return { telemetry: main, detectors: null }
  if (telemetry != null && detectors != null && Object.hasOwn(detectors, DEFAULT_DETECTOR))
    throw new DeclarationError(
      ['telemetry'],
      'detectors.default says the same: what is watched by default belongs in one of the two',
    )
  const named = declared.map(([name, said]) => located(['detectors', name], () => detectorOf(name, said)))
  const isDefault = ({ name }: DeclaredDetector): boolean => name === DEFAULT_DETECTOR
  const first = named.find(isDefault) ?? {
    ...{ name: DEFAULT_DETECTOR, telemetry: main, entities: ENTITIES },
    declaration: JSON.stringify(telemetry ?? {}),
  }
  return { telemetry: first.telemetry, detectors: [first, ...named.filter((one) => !isDefault(one))] }
}

function detectorOf(name: string, said: DetectorDeclaration): DeclaredDetector {
  const { entities, ...declaration } = withPreset(said)
  if (entities !== undefined && declaration.entity === undefined)
    throw new DeclarationError(['entities'], 'without entity there is one baseline for all')
  // What is watched of requests is known better than any declaration of it could say.
  const telemetry = Object.keys(declaration).length === 0 ? REQUEST_TELEMETRY : declaredTelemetry(declaration)
  return { name, telemetry, declaration: JSON.stringify(declaration), entities: entities ?? ENTITIES }
}

function located<Made>(path: readonly (string | number)[], make: () => Made): Made {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error
    throw new DeclarationError([...path, ...error.path], error.message)
  }
}
