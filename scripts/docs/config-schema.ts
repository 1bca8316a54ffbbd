import { ConfigDocument } from '#sentinel/config/file/file-schema.js'

const OURS: ReadonlySet<string> = new Set(['allowed', 'restart'])

/** The schema of the configuration file for editors: JSON Schema as text, without our own keywords. */
export function configSchema(): string {
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...ConfigDocument }
  return `${JSON.stringify(schema, (key, value: unknown) => (OURS.has(key) ? undefined : value), 2)}\n`
}
