import { setTimeout as sleep } from 'node:timers/promises'
import type { RandomSource } from '../../made-up/random.js'
import type { ChatBehaviour, OllamaStandIn } from '../../test/ollama-stand-in.js'
import type { Invariants } from './invariants.js'
import type { SoakedService } from './soaked-service.js'
import type { Traffic } from './traffic.js'

export interface Soak {
  readonly service: SoakedService
  readonly model: OllamaStandIn
  readonly traffic: Traffic
  readonly random: RandomSource
  readonly invariants: Invariants
}

export interface Fault {
  readonly name: string
  readonly happen: (soak: Soak) => Promise<void>
}

const BEHAVIOURS: readonly ChatBehaviour[] = [
  'answer',
  'hang',
  'trickle',
  'half-body',
  'half-json',
  'not-json',
  'wrong-schema',
  'error-500',
  'drop',
  'huge',
]
const DAY_S = 86_400

/** What happens to a service, and whether it goes on as it must. */
export const FAULTS: readonly Fault[] = [
  { name: 'kill -9', happen: (soak) => restart(soak, 'SIGKILL') },
  { name: 'stop', happen: (soak) => restart(soak, 'SIGTERM') },
  { name: 'clock ahead', happen: (soak) => setClock(soak, 1) },
  { name: 'clock back', happen: (soak) => setClock(soak, -1) },
  { name: 'disk full', happen: (soak) => failDisk(soak, 'ENOSPC') },
  { name: 'disk fails', happen: (soak) => failDisk(soak, 'EIO') },
  { name: 'model', happen: async ({ model, random }) => misbehave(model, random) },
  {
    name: 'trainer dies',
    happen: async ({ service, invariants }) => {
      service.killThreads()
      invariants.excuse('trainer')
    },
  },
]

async function restart({ service, traffic, invariants }: Soak, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (signal === 'SIGTERM') await traffic.end()
  const code = await service.stop(signal)
  await traffic.end()
  const before = invariants.ended(signal, code, traffic)
  await service.start()
  invariants.begun(before)
  traffic.begin()
}

/** By seconds to a day; then it is right again. */
async function setClock({ service, random }: Soak, sign: number): Promise<void> {
  service.setClock(`${sign > 0 ? '+' : '-'}${1 + random.below(DAY_S)}`)
  await sleep(3000 + random.below(4000))
  service.setClock('+0')
  await sleep(1500)
}

async function failDisk({ service, random, invariants }: Soak, how: 'ENOSPC' | 'EIO'): Promise<void> {
  service.setDisk(how)
  invariants.excuse('state')
  await sleep(2500 + random.below(3000))
  service.setDisk(null)
  // It writes again before it is stopped, so that what it keeps can be told.
  await invariants.stateWritten()
}

function misbehave(model: OllamaStandIn, random: RandomSource): void {
  model.behaviour = BEHAVIOURS[random.below(BEHAVIOURS.length)] as ChatBehaviour
}
