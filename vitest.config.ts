import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { SLOW_TESTS } from './test/slow-tests.js'

/** These put a stand-in in the place of a module of Node's, which the other files share. */
const ALONE = [
  'test/detector/training/trainer.test.ts',
  'test/http/access/token-list.test.ts',
  'test/state/file/faulty-disk.test.ts',
]

/**
 * Take the Dockerfile's steps one by one, and build all of it anew elsewhere: `npm run test:image`, and a job of their own
 * in CI.
 */
const IMAGE = ['test/deploy/image/replay.test.ts', 'test/deploy/image/rebuild.test.ts']

/**
 * Starts what takes longest first: a long file that starts last runs alone. Those that stand alone come last: a worker ends
 * when a file comes that may not share it, and the next one loads all modules anew.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project, moduleId }: TestSpecification): number => {
      if (project.config.isolate) return SLOW_TESTS.length + 1
      const path = relative(project.config.root, moduleId).replaceAll('\\', '/')
      const found = SLOW_TESTS.findIndex((pattern) => path.startsWith(pattern.split('*')[0] as string))
      return found < 0 ? SLOW_TESTS.length : found
    }
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    // What is built is loaded by Node itself, as its users load it, and not rewritten file by file.
    server: { deps: { external: [/^(?!.*\/node_modules\/).*\/dist\//] } },
    setupFiles: ['test/equal-arrays.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // More than there are processors: many a file waits, for a time-out or for processes that start. With three more, two
    // processors are busy nine tenths of the time, and a run takes a tenth less than with one more.
    maxWorkers: availableParallelism() + 3,
    sequence: { sequencer: LongestFirst },
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'test-results.json' }]] : ['default'],
    // The files of a worker share their modules: to load them for each takes a third of the time.
    isolate: false,
    projects: [
      // One for the fast and the slow ones: the workers of each project load all modules for themselves.
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['test/**/*.test.ts'],
          exclude: [...(process.env.SENTINEL_TESTS === 'fast' ? SLOW_TESTS : []), ...ALONE, ...IMAGE],
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, isolate: true } },
      { extends: true, test: { name: 'image', include: IMAGE } },
    ],
  },
})
