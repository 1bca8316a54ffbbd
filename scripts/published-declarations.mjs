/**
 * The declarations that the package's entries lead to, and nothing else: what no entry's types mention is left out,
 * as a bundler leaves out code, and so are the comments of modules that nobody imports from.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const ENTRIES = ['index.d.ts', 'server.d.ts', 'forest/index.d.ts', 'forest/forest.wasm.d.ts']
/** Modules whose comments users read. */
const DOCUMENTED =
  /^(index|config|forest\/\w[\w-]*|http\/app|detector\/(detector|verdict)|telemetry\/features|config\/config)\.d\.ts$/
const COMMENT = /\/\*\*[\s\S]*?\*\/\s*/g
const INTERNAL_MEMBER = /^ *\/\*\*(?:(?!\*\/)[\s\S])*@internal(?:(?!\*\/)[\s\S])*\*\/\s*[^;{]*;\n/gm
const NAME = /^export (?:declare )?(?:abstract )?(?:function|const|let|class|interface|type) (\w+)/m
const IMPORT = /^import (?:type )?\{([^}]*)\} from .*;$/

/** The top-level statements of a declaration file, each with the comment before it. */
function statementsOf(source) {
  const statements = []
  let lines = []
  let depth = 0
  let inComment = false
  for (const line of source.trimEnd().split('\n')) {
    lines.push(line.replace(/^ +/, (spaces) => '\t'.repeat(spaces.length / 4)))
    if (line.trimStart().startsWith('/**')) inComment = true
    if (!inComment) for (const sign of line) depth += '{(['.includes(sign) ? 1 : '})]'.includes(sign) ? -1 : 0
    const ends = !inComment && depth === 0 && /[;}]$/.test(line)
    if (line.includes('*/')) inComment = false
    if (ends) {
      statements.push(lines.join('\n'))
      lines = []
    }
  }
  return lines.length === 0 ? statements : [...statements, lines.join('\n')]
}

function mentions(text, name) {
  return new RegExp(`\\b${name}\\b`).test(text.replaceAll(COMMENT, ''))
}

/** Leaves out imports of names that nothing else in the file mentions. */
function withoutIdleImports(statements) {
  return statements.filter((statement) => {
    const names = IMPORT.exec(statement)?.[1]
      ?.split(',')
      .map((name) => name.trim().split(' ').at(-1))
    if (names === undefined) return true
    const rest = statements.filter((other) => !IMPORT.test(other)).join('\n')
    return names.some((name) => mentions(rest, name))
  })
}

function targetsOf(path, statements) {
  const targets = statements.join('\n').matchAll(/(?:from |import\()['"](\.[^'"]+)\.js['"]/g)
  return [...targets].map(([, target]) => `${join(dirname(path), target)}.d.ts`)
}

/** Everything the entries reach, by path, each a list of statements. */
async function reach(read) {
  const reached = new Map()
  const visit = async (path) => {
    if (reached.has(path)) return
    const statements = withoutIdleImports(await read(path))
    reached.set(path, statements)
    for (const target of targetsOf(path, statements)) await visit(target)
  }
  for (const path of ENTRIES) await visit(path)
  return reached
}

/** Leaves out exports that no other statement mentions; returns whether there were any. */
function prune(files) {
  let pruned = false
  for (const [path, statements] of files) {
    if (ENTRIES.includes(path)) continue
    const kept = statements.filter((statement) => {
      const name = NAME.exec(statement)?.[1]
      if (name === undefined) return true
      const others = [...files].flatMap(([other, lines]) =>
        other === path ? lines.filter((one) => one !== statement) : lines,
      )
      return others.some((one) => mentions(one, name))
    })
    pruned ||= kept.length < statements.length
    files.set(path, kept)
  }
  return pruned
}

/** Writes the declarations of `dist` that the package publishes to `lib`. */
export async function writeDeclarations(dist, lib) {
  let files = await reach(async (path) => {
    const source = (await readFile(join(dist, path), 'utf8')).replaceAll(INTERNAL_MEMBER, '')
    return statementsOf(DOCUMENTED.test(path) ? source : source.replaceAll(COMMENT, ''))
  })
  while (prune(files)) {
    const before = files
    files = await reach((path) => before.get(path))
  }
  for (const [path, statements] of files) {
    await mkdir(dirname(join(lib, path)), { recursive: true })
    await writeFile(join(lib, path), `${statements.join('\n')}\n`)
  }
}
