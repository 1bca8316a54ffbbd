import { expect, onTestFinished, test } from 'vitest'
import { describeFleet, WITHIN_MS } from '../fleet/describe-fleet.js'
import { HeadWatch } from '../fleet/head-watch.js'
import { ReplicaFleet } from '../fleet/replica-fleet.js'
import { ReplicaProcess } from '../fleet/replica-process.js'
import { serve } from '../fleet/traffic.js'
import { until } from '../until.js'
import { extent, LONG } from './extent.js'

const KILLS = extent(20, 2)
/** How soon another one leads, and all judge by one model. Beside other tests it takes what it takes. */
const SOON_MS = LONG ? 5_000 : WITHIN_MS

describeFleet('a fleet under fire', (redis) => {
  test(`outlives ${KILLS} kills of its leader: one accepted epoch at a time, versions only grow, no request fails, and all end with one model`, {
    timeout: (2 + KILLS) * WITHIN_MS,
  }, async () => {
    const start = (): Promise<ReplicaProcess> => ReplicaProcess.ofTest(redis().url)
    const fleet = new ReplicaFleet(await Promise.all([1, 2, 3].map(start)))
    const { replicas } = fleet
    const traffic = serve(() => replicas)
    const watch = await HeadWatch.start(redis())
    onTestFinished(() => watch.stop())
    const takeoversMs: number[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      await fleet.goesOn()
      const leader = await fleet.leader()
      const { epoch } = watch
      replicas.splice(replicas.indexOf(leader), 1)
      await leader.end('SIGKILL')
      const killedMs = performance.now()
      await until(async () => watch.epoch > epoch, 'a model of the next leader', WITHIN_MS)
      takeoversMs.push(performance.now() - killedMs)
      replicas.push(await start())
    }
    await fleet.goesOn()
    const { failed, accepted } = await traffic.stop()
    const calmMs = performance.now()
    await until(
      async () => (await fleet.standings()).every(({ model }) => model === watch.hash),
      'the hash of the head at every replica',
      WITHIN_MS,
    )
    const convergedMs = performance.now() - calmMs
    await watch.stop()
    expect(watch.faults).toEqual([])
    expect(failed).toBe(0)
    for (const replica of replicas)
      expect(await replica.metric('sentinel_score_count')).toBe(accepted.get(replica))
    const sorted = takeoversMs.sort((a, b) => a - b)
    const shown = sorted.map((ms) => (ms / 1000).toFixed(1)).join(', ')
    console.info(
      `a model of the next leader after ${shown} s, one everywhere after ${Math.round(convergedMs)} ms`,
    )
    expect(sorted.at(-1)).toBeLessThan(SOON_MS)
    expect(convergedMs).toBeLessThan(SOON_MS)
  })
})
