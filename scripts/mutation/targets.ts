/** What is changed, and the tests that have to notice. */
export interface Target {
  readonly name: string
  /** Paths from the root: of what was built, or of sources with what builds them. */
  readonly files: readonly string[]
  /** Arguments of Node that build a changed source. */
  readonly build?: readonly string[]
  readonly tests: readonly string[]
}

const dist = (files: readonly string[]): string[] => files.map((file) => `dist/${file}`)

export const TARGETS: readonly Target[] = [
  {
    name: 'state',
    files: dist([
      'state/codec.js',
      'state/file/state-file.js',
      'state/keeper.js',
      'state/file/damaged.js',
      'state/section.js',
    ]),
    tests: ['test/state'],
  },
  {
    name: 'access',
    files: dist([
      'http/access/token-list.js',
      'http/access/gate.js',
      'http/access/host-list.js',
      'http/access/rate-limit.js',
      'http/access/monotonic-store.js',
      'http/access/load-shedding.js',
      'http/repeats/answer-memory.js',
    ]),
    tests: [
      'test/http/access',
      'test/http/repeats/answer-memory.test.ts',
      'test/http/repeats/idempotency.test.ts',
      'test/http/sockets/unix-socket.test.ts',
    ],
  },
  {
    name: 'guarded',
    files: dist([
      'detector/guarded/guarded-baseline.js',
      'detector/guarded/admission/tail-gate.js',
      'detector/guarded/admission/cell-grid.js',
      'detector/guarded/admission/cell-counts.js',
      'detector/guarded/shifts/shift-evidence.js',
      'detector/guarded/admission/odd-records.js',
    ]),
    tests: [
      'test/detector/guarded',
      'test/detector/told',
      'test/detector/missing.test.ts',
      'test/detector/snapshot.test.ts',
    ],
  },
  {
    name: 'alerts',
    files: dist([
      'alerts/rarity/gate.js',
      'alerts/rarity/fading-memory.js',
      'alerts/rarity/tail-memory.js',
      'alerts/evidence/betting.js',
      'alerts/evidence/grade.js',
      'alerts/evidence/watch.js',
      'alerts/evidence/newcomers.js',
      'alerts/incidents/incident-log.js',
    ]),
    tests: ['test/alerts'],
  },
  {
    name: 'training',
    files: dist([
      'detector/training/trainer.js',
      'detector/training/refit-schedule.js',
      'detector/training/fit-turns.js',
    ]),
    tests: ['test/detector/training'],
  },
  { name: 'codec', files: dist(['forest/codec.js', 'forest/checksum.js']), tests: ['test/forest'] },
  {
    name: 'connections',
    files: dist([
      'http/sockets/connections.js',
      'http/sockets/pipelines.js',
      'http/sockets/unread-answers.js',
    ]),
    tests: [
      'test/http/sockets/connections.test.ts',
      'test/http/sockets/pipelines.test.ts',
      'test/http/sockets/unread-answers.test.ts',
    ],
  },
  {
    name: 'assembly',
    files: ['assembly/score.ts', 'assembly/walk.ts', 'assembly/wide.ts', 'assembly/calibrate.ts'],
    build: ['assembly/build.mjs'],
    tests: ['test/forest', 'test/assembly'],
  },
  { name: 'batch', files: dist(['http/batch/held-items.js']), tests: ['test/http/batch/held-items.test.ts'] },
  {
    name: 'fleet',
    files: dist(['fleet/model/room.js', 'fleet/model/model-blob.js']),
    tests: [
      'test/fleet/model/room.test.ts',
      'test/fleet/hostile-messages.test.ts',
      'test/fleet/following.test.ts',
    ],
  },
  {
    name: 'entities',
    files: dist(['detectors/entities.js', 'detectors/admission.js']),
    tests: ['test/detectors'],
  },
]
