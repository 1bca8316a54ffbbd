import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './markdown.js'

const source = join(root, 'src')
/** Rooms that everybody may use and that use nobody. */
const SHARED = ['text', 'v8', 'runtime']
const ENTRIES = ['index.ts', 'server.ts', 'cli.ts', 'healthcheck.ts']

/** The room of a file in src/, as the picture names it. */
function roomOf(path: string): string {
  if (ENTRIES.includes(path)) return 'entries'
  return (path.split('/')[0] as string).replace(/\.ts$/, '')
}

/** The picture's arrows, each from a room to another. */
function arrowsDrawn(): [from: string, to: string][] {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  const picture = /```mermaid\n(.*?)```/s.exec(page)?.[1] ?? ''
  const arrows = picture.matchAll(/^ *(\w+)(?:\[.*?\])? --> (\w+)/gm)
  return [...arrows].map(([, from, to]) => [from as string, to as string])
}

/** From a room to those that it may import from, along the arrows, directly or through others. */
function allowed(): Map<string, Set<string>> {
  const arrows = arrowsDrawn()
  const below = new Map<string, Set<string>>()
  const reach = (room: string): Set<string> => {
    const known = below.get(room)
    if (known !== undefined) return known
    const rooms = new Set<string>()
    below.set(room, rooms)
    for (const [from, to] of arrows) {
      if (from !== room) continue
      for (const each of [to, ...reach(to)]) rooms.add(each)
    }
    return rooms
  }
  for (const arrow of arrows) for (const room of arrow) reach(room)
  return below
}

/** Every import of one room from another, as `from file -> file`. */
function importsBetweenRooms(): { from: string; to: string; line: string }[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  )
  return files.flatMap((path) => {
    const imports = readFileSync(join(source, path), 'utf8').matchAll(
      /(?:from|import\(|import) *'(\.[^']+)'/g,
    )
    return [...imports].flatMap(([, target]) => {
      const file = relative(source, join(source, dirname(path), target as string)).replace(/\.js$/, '.ts')
      const [from, to] = [roomOf(path), roomOf(file)]
      return from === to || file.startsWith('..') ? [] : [{ from, to, line: `${path} -> ${file}` }]
    })
  })
}

test('rooms import only what the arrows of docs/architecture.md lead to', () => {
  const below = allowed()
  const imports = importsBetweenRooms()
  expect(imports.length).toBeGreaterThan(50)
  const against = imports.filter(({ from, to }) =>
    SHARED.includes(to) ? SHARED.includes(from) : !below.get(from)?.has(to),
  )
  expect(against.map(({ line }) => line)).toEqual([])
})

test('no arrow is drawn twice', () => {
  const arrows = arrowsDrawn().map((arrow) => arrow.join(' --> '))
  expect(arrows).toEqual([...new Set(arrows)])
})

test('the arrows lead one way', () => {
  for (const [room, rooms] of allowed()) expect([room, rooms.has(room)]).toEqual([room, false])
})

/** Every file of a folder, and those of the same repository that it imports, types as well. */
function importsIn(folder: string): Map<string, string[]> {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.m?[jt]s$/.test(path))
    .map((path) => join(folder, path))
  return new Map(
    files.map((path) => {
      const imports = readFileSync(join(root, path), 'utf8').matchAll(
        /(?:from|import\(|import) *'(\.[^']+)'/g,
      )
      const targets = [...imports].map(([, target]) => join(dirname(path), target as string))
      return [path, targets.flatMap((target) => [target.replace(/\.js$/, '.ts'), `${target}.ts`, target])]
    }),
  )
}

/** The first way along imports that leads back to where it began; null where none does. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>()
  const follow = (file: string, way: readonly string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return null
    for (const target of imports.get(file) ?? []) {
      const circle = follow(target, [...way, file])
      if (circle !== null) return circle
    }
    done.add(file)
    return null
  }
  for (const file of imports.keys()) {
    const circle = follow(file, [])
    if (circle !== null) return circle
  }
  return null
}

test.each(['src', 'assembly', 'web', 'made-up', 'bench', 'scripts'])(
  'no file of %s imports, by way of others, from one that imports it',
  (folder) => {
    const imports = importsIn(folder)
    expect([...imports.values()].flat().some((target) => imports.has(target))).toBe(true)
    expect(circleIn(imports)).toBeNull()
  },
)
