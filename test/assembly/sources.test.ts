import { describe, expect, it } from 'vitest'
import type { WasmExports } from '#sentinel/forest/wasm-exports.js'
import { compileChanged } from './compile.js'

const LIMITS = 'src/forest/shape-limits.ts'

async function exportsOf(bytes: Uint8Array<ArrayBuffer> | null): Promise<WasmExports> {
  if (bytes === null) throw new Error('the sources do not compile')
  const memory = new WebAssembly.Memory({ initial: 1 })
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } })
  return instance.exports as unknown as WasmExports
}

describe('the sources of the module', () => {
  it('do not compile with a number of lanes that the unrolled loops were not written for', async () => {
    const { module, told } = await compileChanged({
      file: 'assembly/layout.ts',
      line: 'HALF_LANES: u32 = 5\n',
      instead: 'HALF_LANES: u32 = 6\n',
    })
    expect(module).toBeNull()
    expect(told).toMatch(/LANES must be 10: addGroupOfFour/)
    expect(told).toMatch(/HALF_LANES must be 5: addGroup\b/)
    expect(told).toMatch(/HALF_LANES must be 5: attribute/)
  })

  it('do not compile with blocks or places of another size', async () => {
    const { module, told } = await compileChanged({
      file: 'assembly/layout.ts',
      line: 'PLACE_BYTES: usize = 2\n',
      instead: 'PLACE_BYTES: usize = 4\n',
    })
    expect(module).toBeNull()
    expect(told).toMatch(/a place must take an eighth of a block/)
  })

  it('take the limits of a shape from the file that the host takes them from', async () => {
    const { module } = await compileChanged({
      file: LIMITS,
      line: 'MAX_TREES = 1000\n',
      instead: 'MAX_TREES = 7\n',
    })
    const wasm = await exportsOf(module)
    expect(wasm.arenaBytes(3, 7, 256, 1, 1)).toBeGreaterThan(0)
    expect(wasm.arenaBytes(3, 8, 256, 1, 1)).toBe(0)
  })

  it.each([
    ['features than two bytes can number', 'MAX_FEATURES = 4096\n', 'MAX_FEATURES = 65536\n'],
    ['rows a tree than a place can tell', 'MAX_SUBSAMPLE = 4096\n', 'MAX_SUBSAMPLE = 8192\n'],
  ])('do not compile with more %s', async (_, line, instead) => {
    const { module, told } = await compileChanged({ file: LIMITS, line, instead })
    expect(module).toBeNull()
    expect(told).toContain(instead.split(' ')[0])
  })
})
