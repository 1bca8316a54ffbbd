import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  scripts: { start: string }
}

/** What `npm start` gives to node: flags, and last the built service, relative to the repository. */
export const START_ARGUMENTS: readonly string[] = scripts.start.split(' ').slice(1)

/** The same from any folder. */
export function startArguments(): string[] {
  return [...START_ARGUMENTS.slice(0, -1), fileURLToPath(new URL(START_ARGUMENTS.at(-1) as string, root))]
}
