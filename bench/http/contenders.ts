import { setTimeout as sleep } from 'node:timers/promises'
import { closedLoop } from './load.js'
import { type ServerKind, ServerProcess } from './server-process.js'
import { attackBodies, ordinaryBodies } from './traffic.js'

/** A server under a kind of traffic. */
export interface Contender {
  name: string
  kind: ServerKind
  env: Record<string, string>
  bodies: readonly string[]
  /** Connections it is asked at; all when absent. */
  onlyAt?: number
}

const ordinary = ordinaryBodies()
const attack = attackBodies()

/** Records enough to fill the window and to let V8 settle. */
const WARM_UP = 3000

/** On the ordinary records that warm it up: a window that goes on learning would take the attack for normal. */
const FITTED_ONCE = { SENTINEL_MIN_SAMPLES: '1000', SENTINEL_RETRAIN_EVERY: '1000000' }

export const contenders = [
  { name: 'bare Fastify', kind: 'bare-fastify', env: {}, bodies: ordinary },
  { name: 'sentinel', kind: 'sentinel', env: {}, bodies: ordinary },
  { name: 'node:http', kind: 'node-http', env: {}, bodies: ordinary },
  {
    name: 'sentinel, 10% anomalies',
    kind: 'sentinel',
    env: FITTED_ONCE,
    bodies: ordinary.map((body, i) => (i % 10 === 9 ? (attack[i % attack.length] as string) : body)),
    onlyAt: 16,
  },
  {
    name: 'sentinel, 100% anomalies',
    kind: 'sentinel',
    env: FITTED_ONCE,
    bodies: attack,
    onlyAt: 16,
  },
] as const satisfies readonly Contender[]

/** Starts a contender and feeds it ordinary records until it is trained and warm. */
export async function warmedUp({ kind, env }: Contender, quick: boolean): Promise<ServerProcess> {
  const server = await ServerProcess.start(kind, { env })
  await closedLoop(server.url, { connections: 16, bodies: ordinary, amount: quick ? 160 : 10 * WARM_UP })
  // A fit that the last records asked for must not run into the first measurement.
  await sleep(100)
  return server
}
