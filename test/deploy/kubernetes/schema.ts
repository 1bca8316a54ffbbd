import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Ajv, type SchemaObject } from 'ajv'
import type { Manifest } from './manifests.js'

/** Made by `make_kubernetes_schemas.mjs`. */
const file = new URL('../../fixtures/kubernetes-schemas.json.gz', import.meta.url)
const schemas = JSON.parse(gunzipSync(readFileSync(file)).toString()) as SchemaObject
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, schemas: { kinds: schemas } })

/** What the Kubernetes schema of its kind holds against a manifest; if nothing else, the fields it does not know. */
export function faultsOf(manifest: Manifest): string[] {
  const kind = `${manifest.apiVersion} ${manifest.kind}`
  const validate = ajv.getSchema(`kinds#/definitions/Kinds/properties/${kind.replaceAll('/', '~1')}`)
  if (validate === undefined) return [`no schema for ${kind}`]
  validate(manifest)
  const errors = validate.errors ?? []
  const wrong = errors.filter(({ keyword }) => keyword !== 'additionalProperties')
  if (wrong.length > 0)
    return wrong.map(
      ({ instancePath, keyword, params }) => `${instancePath}: ${keyword} ${JSON.stringify(params)}`,
    )
  return errors.map(
    ({ instancePath, params }) =>
      `${instancePath}/${params.additionalProperty} is no field that Kubernetes knows`,
  )
}
