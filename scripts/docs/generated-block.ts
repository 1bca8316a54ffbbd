import { readFileSync, writeFileSync } from 'node:fs'

/** The comments around a part of a page that a program writes. They show nothing where the page is read. */
function marks(name: string): { begin: string; end: string } {
  return { begin: `<!-- begin: ${name} -->\n\n`, end: `\n\n<!-- end: ${name} -->` }
}

/**
 * What stands on a page between the comments `<!-- begin: name -->` and `<!-- end: name -->`.
 * @throws Error when the page has no such comments
 */
export function generatedBlock(file: string, name: string): string {
  const page = readFileSync(file, 'utf8')
  const { from, to } = extentOf(page, file, name)
  return page.slice(from, to)
}

/**
 * Puts text between those comments, in place of what stood there.
 * @throws Error when the page has no such comments
 */
export function writeGeneratedBlock(file: string, name: string, text: string): void {
  const page = readFileSync(file, 'utf8')
  const { from, to } = extentOf(page, file, name)
  writeFileSync(file, page.slice(0, from) + text + page.slice(to))
}

function extentOf(page: string, file: string, name: string): { from: number; to: number } {
  const { begin, end } = marks(name)
  const at = page.indexOf(begin)
  const to = page.indexOf(end, at)
  if (at < 0 || to < 0) throw new Error(`${file} has no block “${name}”: ${begin.trim()} … ${end.trim()}`)
  return { from: at + begin.length, to }
}
