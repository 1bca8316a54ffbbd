import { readFile } from 'node:fs/promises'

/** The code blocks of a section of a Markdown file, by language; a section ends where the next one begins. */
export async function readmeSection(
  file: string,
  heading: string,
): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(file, 'utf8')
  const lines = text.split('\n')
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  if (start < 0) throw new Error(`${file} has no section “${heading}”`)
  const blocks: Record<string, string> = {}
  let language: string | null = null
  for (const line of lines.slice(start + 1)) {
    const fence = /^```(\w*)$/.exec(line)
    if (fence) language = language === null ? (fence[1] ?? '') : null
    else if (language !== null) blocks[language] = `${blocks[language] ?? ''}${line}\n`
    else if (/^#+ /.test(line)) break
  }
  return blocks
}
