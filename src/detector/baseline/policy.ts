import { Ajv } from 'ajv'
import { FeaturePolicies } from '../../telemetry/feature-policy.js'
import type { Feature } from '../../telemetry/features.js'

/** Made when it is first needed: a bundle of what only names the types has no part of it. */
let ajv: Ajv | undefined

/**
 * Reads policies from JSON, e.g. `{"latency":{"direction":"high","ignore":20,"ignoreRelative":0.1}}`.
 * @throws Error saying in one line what is wrong and what is allowed
 * @internal
 */
export function parseFeaturePolicies(json: string, features: readonly Feature[]): FeaturePolicies {
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    throw new Error(
      'the feature policies are not JSON; allowed is e.g. {"latency":{"direction":"high","ignore":20}}',
    )
  }
  // It keeps what it compiled. To check the schema itself, which is ours, would take ten times as long.
  ajv ??= new Ajv({ validateSchema: false, meta: false, code: { optimize: false } })
  if (!ajv.validate(FeaturePolicies, parsed)) {
    const [error] = ajv.errors ?? []
    const path = [error?.instancePath, error?.params.additionalProperty]
      .filter(Boolean)
      .join('/')
      .slice(0, 80)
    throw new Error(
      `the feature policies are wrong at ${path || '/'}: it ${error?.message}; allowed by feature are direction ` +
        '(high, low, both), ignore (units, 0 or more), ignoreRelative (share of the median, 0 or more) and limit (units, 0 or more)',
    )
  }
  const policies = parsed as FeaturePolicies
  const names = features.map((feature) => feature.name)
  const unknown = Object.keys(policies).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new Error(
      `the feature policies name "${unknown.slice(0, 40)}"; the features are ${names.join(', ')}`,
    )
  }
  return policies
}
