import { allowedBy, type ValueSchema } from '../text/allowed.js'
import { Environment, type Variable } from './schema.js'

/** One thing that the service answers. */
interface Served {
  readonly method: string
  readonly url: string
  readonly summary: string
}

/** What `--help` prints: what is served, and the environment variables, read from the schema that checks them. */
export function usage(served: readonly Served[]): string {
  const width = Math.max(...served.map(({ url }) => url.length))
  const lines = served.map(
    ({ method, url, summary }) => `  ${method.padEnd(6)} ${url.padEnd(width)}  ${summary}\n`,
  )
  const variables = (Object.keys(Environment.properties) as Variable[]).map((name) => {
    const schema: ValueSchema & { default?: unknown; description?: string } = Environment.properties[name]
    return `  ${name}=${schema.default}\n      ${schema.description} Allowed: ${allowedBy(schema)}.\n`
  })
  return `Usage: codeflow-sentinel [serve] [--help] [--version]
       codeflow-sentinel check FILE [--help]
       codeflow-sentinel reload PID [--help]
       codeflow-sentinel replay FILE… [--help]
       codeflow-sentinel prove FILE… [--help]
       codeflow-sentinel watch FILE… [--help]
       codeflow-sentinel fit TABLE -o FOREST [--help]
       codeflow-sentinel score FOREST TABLE [--help]
       codeflow-sentinel version

Serves:

${lines.join('')}
Settings come from the environment, from a file .env in the working directory, or from the file that SENTINEL_CONFIG
names, in which SENTINEL_ALERT_RATE is called alert_rate:

${variables.join('')}`
}
