import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/**
 * What packs, starts browsers, other runtimes and the service itself, breaks things, measures or tries very much:
 * left out by `npm run test:fast`.
 */
const SLOW = [
  'test/alerts/operator/**/*.test.ts',
  'test/adapters/opentelemetry/traced-service.test.ts',
  'test/bench/**/*.test.ts',
  'test/calibrated-sentinel.test.ts',
  'test/chaos/**/*.test.ts',
  'test/cli/prove/proof.test.ts',
  'test/cli/replay/**/*.test.ts',
  'test/deploy/prometheus/**/*.test.ts',
  'test/deploy/release.test.ts',
  'test/detector/guarded/guarded-baseline.test.ts',
  'test/detector/guarded/route-profiles.test.ts',
  'test/detector/snapshot.test.ts',
  'test/detector/told/**/*.test.ts',
  'test/detector/training/trainer-faults.test.ts',
  // It puts a stand-in in the place of a module of Node's, which the fast files share.
  'test/detector/training/trainer.test.ts',
  'test/e2e/**/*.test.ts',
  'test/examples/**/*.test.ts',
  'test/forest/distribution.test.ts',
  'test/http/access/access.test.ts',
  // As 'trainer.test.ts' below.
  'test/http/access/token-list.test.ts',
  'test/http/bad-input.test.ts',
  'test/http/docs-pages.test.ts',
  'test/http/operator.test.ts',
  'test/made-up/demo.test.ts',
  'test/package/**/*.test.ts',
  'test/playground/page.test.ts',
  'test/web/dashboard.test.ts',
  'test/runtimes/**/*.test.ts',
  'test/server.test.ts',
  // As above.
  'test/state/faulty-disk.test.ts',
  'test/state/folder.test.ts',
  'test/state/restart.test.ts',
]

/** Takes the Dockerfile's steps one by one: `npm run test:image`, and a job of its own in CI. */
const IMAGE = ['test/deploy/image/replay.test.ts']

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Vitest alone would leave one processor idle.
    maxWorkers: availableParallelism(),
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'test-results.json' }]] : ['default'],
    projects: [
      { extends: true, test: { name: 'slow', include: SLOW } },
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [...SLOW, ...IMAGE],
          // The files of a worker share their modules: loading them for each takes a third of the time.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'image', include: IMAGE } },
    ],
  },
})
