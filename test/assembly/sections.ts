/** One section of a WebAssembly module; custom sections are all named `custom`. */
export interface Section {
  name: string
  content: Uint8Array
}

const NAMES = [
  'custom',
  'type',
  'import',
  'function',
  'table',
  'memory',
  'global',
  'export',
  'start',
  'element',
  'code',
  'data',
  'dataCount',
  'tag',
]

/** Splits a module along https://webassembly.github.io/spec/core/binary/modules.html: id, LEB128 size, content. */
export function sectionsOf(module: Uint8Array): Section[] {
  const sections: Section[] = []
  let at = 8
  while (at < module.length) {
    const id = module[at++] as number
    let size = 0
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++] as number
      size |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    const name = NAMES[id]
    if (name === undefined) throw new Error(`section id ${id} is unknown`)
    sections.push({ name, content: module.subarray(at, at + size) })
    at += size
  }
  return sections
}
