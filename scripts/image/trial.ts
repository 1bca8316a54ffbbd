import { chmodSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { developmentPackages } from './development-packages.js'
import { readEnvFile } from './env-file.js'
import { type Proof, prove } from './prove.js'
import { replay } from './replay.js'
import { removeTree } from './unprivileged.js'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

export interface TrialOptions {
  /** Whether the stage that runs the tests is replayed, too. */
  readonly withTests?: boolean
  /** Whether the folder is left behind. */
  readonly keep?: boolean
  readonly say?: (line: string) => void
}

/**
 * Builds what the image would hold in a folder of its own, starts it with the settings of `.env.example`, and uses it.
 * @throws when a step fails, or what was built does not serve
 */
export async function tryImage({
  withTests = false,
  keep = false,
  say = () => {},
}: TrialOptions = {}): Promise<Proof> {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-image-'))
  // Others than its owner must reach what is built in it.
  chmodSync(folder, 0o755)
  try {
    const image = replay({ repository: REPOSITORY, folder, passOver: withTests ? [] : ['test'], say })
    const settings = readEnvFile(readFileSync(join(REPOSITORY, '.env.example'), 'utf8'))
    return await prove(image, {
      // What keeps the processor busy beside it is no load to be shed.
      env: { ...settings, SENTINEL_PORT: '0', SENTINEL_EXPLAIN: 'rules', SENTINEL_MAX_DELAY_MS: '0' },
      unwanted: developmentPackages(join(REPOSITORY, 'package-lock.json')),
    })
  } finally {
    if (keep) say(`kept in ${folder}`)
    else removeTree(folder)
  }
}

/** What is wrong with an image of which this was seen; nothing, if it is as it should be. */
export function faultsOf(proof: Proof): string[] {
  const { listensOnAll, health, verdict, metrics, healthcheck, exit, developmentPackages: packages } = proof
  const counted = 'sentinel_requests_total{endpoint="/analyze-flow",method="POST"} 1'
  const wanted: readonly (readonly [holds: boolean, fault: string])[] = [
    [listensOnAll, 'it listens on 127.0.0.1 alone'],
    [holds(health, { status: 'healthy', history_size: 1 }), `/health answers ${JSON.stringify(health)}`],
    [
      holds(verdict, { status: 'THREAT_DETECTED', action: 'freeze' }),
      `the record is answered ${JSON.stringify(verdict)}`,
    ],
    [metrics.split('\n').includes(counted), `/metrics lacks ${counted}`],
    [healthcheck === 0, `the health check ends with ${healthcheck}`],
    [exit === 0, `stopped, it ends with ${exit}`],
    [packages.length === 0, `it holds what only development needs: ${packages.join(', ')}`],
  ]
  return wanted.filter(([isSo]) => !isSo).map(([, fault]) => fault)
}

/** Whether a parsed answer has these members. */
function holds(answer: unknown, members: Readonly<Record<string, unknown>>): boolean {
  const object = Object(answer) as Record<string, unknown>
  return Object.entries(members).every(([name, value]) => object[name] === value)
}
