import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { wasmFolder } from '../forest/builds.js'
import { sectionsOf } from './sections.js'

const MAX_BYTES = 12 * 1024
const release = [
  { file: 'forest.wasm', shared: false },
  { file: 'forest.shared.wasm', shared: true },
] as const

const expectedExports = [
  'arenaBytes',
  'attribute',
  'averagePathLength',
  'beginFit',
  'calibrate',
  'confidence',
  'exceeds',
  'growTrees',
  'initArena',
  'score',
  'scoreBatch',
  'thresholdOf',
]

describe.each(release)('$file', ({ file, shared }) => {
  const bytes = readFileSync(new URL(file, wasmFolder))
  const sections = sectionsOf(bytes)
  const module = new WebAssembly.Module(bytes)

  it('is at most 12 KiB', () => {
    expect(bytes.length).toBeLessThanOrEqual(MAX_BYTES)
  })

  // Instances share memory between threads: a data segment would be written over it by each, a start
  // function run by each.
  it('has no data segment and no start function', () => {
    expect(sections.map(({ name }) => name)).not.toContain('data')
    expect(sections.map(({ name }) => name)).not.toContain('dataCount')
    expect(sections.map(({ name }) => name)).not.toContain('start')
  })

  it('imports its memory and nothing else', () => {
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }])
    const imports = sections.find(({ name }) => name === 'import')?.content ?? new Uint8Array()
    // vec(1), "env", "memory", kind 2, then the limits: bit 1 of the flags says shared.
    expect(imports[0]).toBe(1)
    const flags = imports[1 + 4 + 7 + 1] as number
    expect((flags & 2) !== 0).toBe(shared)
  })

  it('exports the forest and its memory', () => {
    const exported = WebAssembly.Module.exports(module)
    for (const name of expectedExports) expect(exported).toContainEqual({ name, kind: 'function' })
    expect(exported).toContainEqual({ name: 'memory', kind: 'memory' })
    // A mutable global would be a second copy of state in every instance.
    expect(exported.filter(({ kind }) => kind === 'global' || kind === 'table')).toEqual([])
  })
})

describe('the two release builds', () => {
  it('export the same names', () => {
    const [plain, shared] = release.map(({ file }) =>
      WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(new URL(file, wasmFolder)))),
    )
    expect(plain).toEqual(shared)
  })
})
