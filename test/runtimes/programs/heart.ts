// The heart in whatever runtime this is: learns, takes over a forest, finds an anomaly, and goes on from a snapshot.
import { Sentinel } from 'codeflow-sentinel/sentinel'

export interface HeartReport {
  readonly trainer: string | null
  readonly generation: number
  readonly ordinary: boolean
  readonly action: string | null
  /** Whether a sentinel that was given the snapshot says of a record what the first one says. */
  readonly same: boolean
  readonly afterClose: unknown
}

const record = (i: number) => ({
  latency: 100 + (i % 17),
  input_length: 1500 + 13 * (i % 29),
  errors: 0,
  route: '/run',
})
const FAR = { latency: 9000, input_length: 1500, errors: 8, route: '/run' }

export async function heartReport(): Promise<HeartReport> {
  const sentinel = await Sentinel.create()
  for (let i = 0; i < 300; i++) {
    sentinel.judge(record(i))
    if (i % 50 === 49) await sentinel.detector.settled()
  }
  const { trainer, generation } = sentinel.detector
  const other = await Sentinel.create()
  other.restore(sentinel.snapshot())
  const said = [sentinel.judge(record(1)), other.judge(record(1))].map((judgement) =>
    JSON.stringify(judgement?.verdict),
  )
  const ordinary = sentinel.judge(record(2))?.anomaly === null
  const action = sentinel.judge(FAR)?.anomaly?.action ?? null
  await sentinel.close()
  await other.close()
  return { trainer, generation, ordinary, action, same: said[0] === said[1], afterClose: sentinel.judge(FAR) }
}
