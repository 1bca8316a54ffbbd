import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import base from '../../vitest.config.js'

/** In the order in which they were asked for: the quickest first. */
class AsAsked extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      process.argv.findIndex((argument) => argument !== '' && moduleId.endsWith(argument))
    return files.sort((a, b) => place(a) - place(b))
  }
}

const { projects: _, setupFiles = [], ...test } = base.test ?? {}

/** All tests as one project, one file after the other, each with modules of its own. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    ...test,
    setupFiles: [...[setupFiles].flat(), 'scripts/mutation/recorded-coverage.ts'],
    include: ['test/**/*.test.ts'],
    sequence: { sequencer: AsAsked },
    reporters: ['default'],
    maxWorkers: 1,
    isolate: true,
    bail: 1,
  },
})
