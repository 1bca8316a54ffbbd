import { Environment, type Variable } from '#sentinel/config/schema.js'
import { allowedBy, type ValueSchema } from '#sentinel/text/allowed.js'

/** The environment variables as a Markdown table, in the order of the schema that checks them. */
export function configurationTable(): string {
  const rows = (Object.keys(Environment.properties) as Variable[]).map((name) => {
    const schema: ValueSchema & { default?: unknown; description?: string; restart?: boolean } =
      Environment.properties[name]
    const preset = schema.default === '' ? '' : `\`${schema.default}\``
    return `| \`${name}\` | ${preset} | ${escaped(allowedBy(schema))} | ${escaped(schema.description ?? '')}${schema.restart === true ? ' Read at the start alone.' : ''} |`
  })
  return ['| variable | default | allowed | |', '|---|---|---|---|', ...rows].join('\n')
}

/** Plain text in a cell: no sign of it is Markdown. */
function escaped(text: string): string {
  return text.replaceAll(/[|*<\\]/g, (sign) => `\\${sign}`)
}
