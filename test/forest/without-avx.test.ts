// Not every x86 processor has AVX: small computers, and what a virtual machine shows by default.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { builds, wasmFolder } from './builds.js'
import { fixtureUrl, readFixture } from './fixture.js'

const PROGRAM = fileURLToPath(new URL('without-avx.mjs', import.meta.url))

describe.each(builds)(
  'the $name build, as V8 compiles it first where there is no AVX',
  ({ file, shared }) => {
    test.each(['telemetry', 'ten-features'] as const)('fixture %s', async (name) => {
      const wasm = fileURLToPath(new URL(file, wasmFolder))
      const flags = ['--no-enable-avx', '--liftoff-only']
      const { stdout } = await promisify(execFile)(process.execPath, [
        ...flags,
        PROGRAM,
        fileURLToPath(fixtureUrl(name)),
        wasm,
        String(shared),
      ])
      const wanted = readFixture(name).score_samples
      const scores: number[] = JSON.parse(stdout)
      expect(scores).toHaveLength(wanted.length)
      scores.forEach((score, i) => {
        expect(Math.abs(score + (wanted[i] as number))).toBeLessThan(1e-6)
      })
    })
  },
)
