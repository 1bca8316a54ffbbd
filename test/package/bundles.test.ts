import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Bundled {
  /** What is loaded with the entry: packages by name, files of ours by path. */
  readonly loaded: readonly string[]
  readonly bytes: number
}

/** Bundles a program that imports one thing, and looks at what is loaded with it. */
async function bundled(program: string, platform: 'browser' | 'node' = 'browser'): Promise<Bundled> {
  const { metafile } = await build({
    stdin: { contents: program, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    outdir: 'out',
    format: 'esm',
    platform,
    minify: true,
    metafile: true,
    write: false,
    logLevel: 'error',
  })
  const entry = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === '<stdin>')
  const outputs = withImports(entry?.[0] ?? '', metafile)
  const inputs = outputs.flatMap((name) =>
    Object.entries(metafile.outputs[name]?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [path] : [],
    ),
  )
  const loaded = inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path)
  return {
    loaded: [...new Set(loaded)].filter((name) => name !== '<stdin>'),
    bytes: outputs.reduce((sum, name) => sum + (metafile.outputs[name]?.bytes ?? 0), 0),
  }
}

function withImports(entry: string, { outputs }: Metafile): string[] {
  const reached = new Set([entry])
  for (const name of reached) {
    for (const { path, kind } of outputs[name]?.imports ?? [])
      if (kind === 'import-statement') reached.add(path)
  }
  return [...reached]
}

describe('a bundle holds what it imports, and nothing of the rest', () => {
  test('the forest is the forest', async () => {
    const { loaded } = await bundled(`export { IsolationForest } from 'codeflow-sentinel/forest'`)
    expect(loaded).toEqual(['lib/forest/forest.js'])
  })

  test('the heart is the heart and the forest, without a package and without a module of Node', async () => {
    const { loaded } = await bundled(`export { Sentinel } from 'codeflow-sentinel/sentinel'`)
    expect(loaded.filter((name) => !name.startsWith('lib/'))).toEqual([])
    expect(loaded).toContain('lib/forest/forest.js')
  })

  test.each([
    ['fastify', ['fastify-plugin'], 'node'],
    ['express', [], 'browser'],
    ['hono', [], 'browser'],
    ['koa', [], 'browser'],
    ['opentelemetry', [], 'browser'],
  ] as const)(
    'the adapter for %s is a few KiB, without heart and forest',
    async (name, packages, platform) => {
      const { loaded, bytes } = await bundled(`export * from 'codeflow-sentinel/${name}'`, platform)
      expect(loaded.filter((path) => !path.startsWith('lib/'))).toEqual(packages)
      expect(loaded).not.toContain('lib/forest/forest.js')
      expect(bytes).toBeLessThan(14 * 1024)
    },
  )
})
