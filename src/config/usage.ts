import { allowedBy, type ValueSchema } from '../text/allowed.js'
import { Environment, type Variable } from './schema.js'

/** What `--help` prints: the environment variables, read from the schema that checks them. */
export function usage(): string {
  const variables = (Object.keys(Environment.properties) as Variable[]).map((name) => {
    const schema: ValueSchema & { default?: unknown; description?: string } = Environment.properties[name]
    return `  ${name}=${schema.default}\n      ${schema.description} Allowed: ${allowedBy(schema)}.\n`
  })
  return `Usage: codeflow-sentinel [--help] [--version]

Serves POST /analyze-flow, GET /health, /anomalies, /incidents, /metrics, /playground, /docs, /redoc and /openapi.json.

Settings come from the environment, or from a file .env in the working directory:

${variables.join('')}`
}
