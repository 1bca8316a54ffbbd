import { until } from '../until.js'
import { WITHIN_MS } from './describe-fleet.js'
import type { ReplicaProcess, Standing } from './replica-process.js'

/** Replicas as processes that serve together, as far as they are to be looked at together. */
export class ReplicaFleet {
  readonly replicas: ReplicaProcess[]

  constructor(replicas: ReplicaProcess[]) {
    this.replicas = replicas
  }

  standings(): Promise<Standing[]> {
    return Promise.all(this.replicas.map((one) => one.standing()))
  }

  /** Waits until all of them judge by this version of the fleet's model, or a later one. */
  async follows(version: number): Promise<void> {
    await until(
      async () => (await this.standings()).every((one) => one.model !== null && one.version >= version),
      `version ${version} at every replica`,
      WITHIN_MS,
    )
  }

  /** Waits until all of them judge by a model that was not there before. */
  async goesOn(): Promise<void> {
    await this.follows(1 + (await this.version()))
  }

  /** The newest version that any of them judges by. */
  async version(): Promise<number> {
    return Math.max(...(await this.standings()).map(({ version }) => version))
  }

  /** Waits for one that leads. @param epoch higher than this one, or it does not count */
  async leader(epoch = 0): Promise<ReplicaProcess> {
    let leader: ReplicaProcess | undefined
    await until(
      async () => {
        const all = await this.standings()
        leader = this.replicas[all.findIndex((one) => one.role === 'leader' && one.epoch > epoch)]
        return leader !== undefined
      },
      `a leader after epoch ${epoch}`,
      WITHIN_MS,
    )
    return leader as ReplicaProcess
  }

  /** The same without one of them. */
  without(one: ReplicaProcess): ReplicaFleet {
    return new ReplicaFleet(this.replicas.filter((each) => each !== one))
  }
}
