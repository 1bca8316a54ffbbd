import { INCIDENT_EXAMPLE } from '../../alerts/incidents/incident.js'
import { DETAIL_EXAMPLE, REASON_EXAMPLE } from '../../anomalies/detail.js'
import { incidentSentence } from '../../explain/sentence/incident.js'
import { Wording } from '../../explain/sentence/phrases.js'
import { reasonFor } from '../../explain/sentence/reason.js'
import { FEATURES, type Feature } from '../../telemetry/features.js'
import type { TelemetryModel } from '../../telemetry/model.js'
import { RawRecord } from '../../telemetry/raw-record.js'
import { schemasOf } from '../../telemetry/schemas.js'

type Node = Readonly<Record<string, unknown>>

/**
 * An OpenAPI document in terms of what is watched: its examples are written with the features of requests, and show the
 * ones that are declared in their places.
 */
export function inTermsOf(telemetry: TelemetryModel, document: object): object {
  return new Translation(telemetry).node(document as Node, false) as object
}

class Translation {
  readonly #telemetry: TelemetryModel
  readonly #raw: Node
  readonly #features: readonly Feature[]
  #texts: ReadonlyMap<string, string> = new Map()

  constructor(telemetry: TelemetryModel) {
    this.#telemetry = telemetry
    this.#raw = schemasOf(telemetry).raw
    this.#features = FEATURES.map(
      (_, i) => telemetry.features[Math.min(i, telemetry.features.length - 1)] as Feature,
    )
    const words = new Wording(telemetry.features)
    const {
      contributions,
      fitted_rows: fittedRows,
      ...verdict
    } = this.node(DETAIL_EXAMPLE, true) as typeof DETAIL_EXAMPLE
    const found = { ...verdict, contributions, fittedRows, anomalous: true, scope: 'route' } as const
    const incident = this.node(INCIDENT_EXAMPLE, true) as typeof INCIDENT_EXAMPLE
    this.#texts = new Map([
      [REASON_EXAMPLE, reasonFor(found, undefined, { words })],
      [INCIDENT_EXAMPLE.summary, incidentSentence(incident, words)],
      ...FEATURES.map(({ name }, i): [string, string] => [name, (this.#features[i] as Feature).name]),
    ])
  }

  /** @param shown whether the node is part of an example */
  node(node: unknown, shown: boolean): unknown {
    if (Array.isArray(node)) return node.map((each) => this.node(each, shown))
    if (typeof node === 'string' && shown) return this.#texts.get(node) ?? node
    if (typeof node !== 'object' || node === null) return node
    if ((node as Node).description === RawRecord.description) return this.#raw
    const translated = Object.entries(node).map(([key, value]): [string, unknown] => {
      if (shown && key === 'record') return [key, exampleOf(this.#raw)]
      if (shown && (key === 'contributions' || key === 'features') && Array.isArray(value))
        return [key, this.#findings(value as Node[])]
      return [key, this.node(value, shown || key === 'example' || key === 'examples')]
    })
    return shown
      ? this.#finding(Object.fromEntries(translated), node as Node)
      : Object.fromEntries(translated)
  }

  #findings(findings: readonly Node[]): readonly unknown[] {
    return findings.slice(0, this.#telemetry.features.length).map((one) => this.node(one, true))
  }

  /** Where it names a feature, with that in place of the one of requests. */
  #finding(translated: Node, { feature }: Node): Node {
    const at = FEATURES.findIndex(({ name }) => name === feature)
    const declared = this.#features[at]
    if (declared === undefined) return translated
    return { ...translated, feature: declared.name, ...('unit' in translated && { unit: declared.unit }) }
  }
}

function exampleOf(schema: Node): unknown {
  return (schema.examples as unknown[] | undefined)?.[0]
}
