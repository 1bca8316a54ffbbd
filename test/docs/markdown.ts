import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Folders that hold other people's pages, or what a build makes. */
const SKIPPED = new Set(['.git', 'node_modules', 'dist', 'lib', 'coverage'])

/** Every Markdown file of the repository, as paths from its root. */
export function pages(folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : pages(path)
    return entry.name.endsWith('.md') ? [relative(root, path)] : []
  })
}

/** A page without its fenced code blocks. */
export function proseOf(page: string): string {
  return readFileSync(join(root, page), 'utf8').replaceAll(/^```.*?^```$/gms, '')
}

/** Where the page's links and pictures lead, as written. */
export function targetsOf(prose: string): string[] {
  const text = prose.replaceAll(/`[^`\n]*`/g, '')
  const links = text.matchAll(/\]\(([^()\s]+)\)/g)
  const attributes = text.matchAll(/\b(?:src|srcset|href)="([^"\s]+)"/g)
  return [...links, ...attributes].map(([, target]) => target as string)
}

/** What each heading of a page is called in a link, as GitHub makes it from the heading's text. */
export function anchorsOf(prose: string): string[] {
  const seen = new Map<string, number>()
  return [...prose.matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading]) => {
    const slug = (heading as string)
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-')
    const times = seen.get(slug) ?? 0
    seen.set(slug, times + 1)
    return times === 0 ? slug : `${slug}-${times}`
  })
}
