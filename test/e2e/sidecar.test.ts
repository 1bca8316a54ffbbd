import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from 'vitest'
import { dataFolder, readOpenStack } from '../../made-up/streams.js'
import { cloudTraffic } from '../../made-up/traffic.js'
import { ServiceProcess } from './service-process.js'

interface Health {
  status: string
  history_size: number
  detector_trained: boolean
}

interface Threat {
  status: string
  action: string
  reason: string
  prediction_score: number
  confidence: number
}

const MIN_SAMPLES = 50
const RETRAIN_EVERY = 50
const CONTAMINATION = 0.1
const folder = dataFolder()
/** Real API requests (Loghub's OpenStack logs) where the data is there, else as many made-up ones. */
const { name, records } =
  folder === null ? { name: 'made-up records', records: cloudTraffic(1017, 7) } : readOpenStack(folder)

/** Sends every record, one after the other. */
async function replay(service: ServiceProcess): Promise<unknown[]> {
  const answers: unknown[] = []
  for (const record of records) {
    const response = await service.post('/analyze-flow', record)
    expect(response.status).toBe(200)
    answers.push(await response.json())
    // The fit that is due now decides the next records, however busy the machine is: it gives way to requests.
    while (
      answers.length % RETRAIN_EVERY === 0 &&
      Number(await service.metric('sentinel_model_generation')) < answers.length / RETRAIN_EVERY
    ) {
      await sleep(5)
    }
  }
  return answers
}

const attackOn = (usual = records[100]) => ({ ...usual, latency: (usual?.latency ?? 0) * 50, errors: 8 })

test(`by default few of ${records.length} ordinary records (${name}) are told of, and an attack is`, async () => {
  const service = await ServiceProcess.start({ SENTINEL_TRAIN_DUTY: '1' })
  onTestFinished(async () => void (await service.stop('SIGKILL')))
  const answers = (await replay(service)) as Threat[]
  const told = answers.filter(({ status }) => status === 'THREAT_DETECTED')
  expect(told.length).toBeLessThan(0.01 * answers.length)
  expect(told.filter(({ action }) => action === 'freeze')).toEqual([])

  const response = await service.post('/analyze-flow?detail=true', attackOn())
  const { detail, ...threat } = (await response.json()) as Threat & { detail: { p: number } }
  expect(threat).toMatchObject({ status: 'THREAT_DETECTED', confidence: 1 - detail.p })
  expect(detail.p).toBeLessThanOrEqual(0.001)
  expect(threat.reason).toMatch(/^(Higher latency|More errors) than usual[:,] /)
}, 60_000)

// The labels are scikit-learn's, and about as many as the contamination says: what calibrated alerts are told by.
describe(`the forest's labels on ${records.length} records (${name}), replayed over HTTP in order`, () => {
  let service: ServiceProcess
  let learning: unknown[] = []
  let judged: unknown[] = []
  let sent = 0

  const analyze = async (record: unknown): Promise<Response> => {
    sent += 1
    return service.post('/analyze-flow', record)
  }

  const metric = async (series: string): Promise<number> => Number(await service.metric(series))

  beforeAll(async () => {
    service = await ServiceProcess.start({
      SENTINEL_ALERTS: 'contamination',
      SENTINEL_CONTAMINATION: String(CONTAMINATION),
      SENTINEL_TRAIN_DUTY: '1',
    })
    const answers = await replay(service)
    sent = answers.length
    learning = answers.slice(0, MIN_SAMPLES)
    judged = answers.slice(2 * MIN_SAMPLES)
  }, 60_000)

  afterAll(() => service?.stop('SIGKILL'))

  it('answers OK while it learns', () => {
    expect(learning).toEqual(learning.map(() => ({ status: 'OK' })))
  })

  it('is trained afterwards and has every record in its window', async () => {
    const health = (await (await service.get('/health')).json()) as Health
    expect(health).toMatchObject({
      status: 'healthy',
      detector_trained: true,
      history_size: Math.min(records.length, 1000),
    })
  })

  it('flags about the share that the contamination says', () => {
    const flagged = judged.filter((answer) => (answer as Threat).status === 'THREAT_DETECTED').length
    expect(flagged / judged.length).toBeGreaterThan(CONTAMINATION / 4)
    expect(flagged / judged.length).toBeLessThan(CONTAMINATION * 2)
  })

  it('flags an obvious attack with score, confidence and the reason that fits', async () => {
    const response = await analyze(attackOn())
    const threat = (await response.json()) as Threat
    expect(Object.keys(threat)).toEqual(['status', 'action', 'reason', 'prediction_score', 'confidence'])
    expect(threat).toMatchObject({ status: 'THREAT_DETECTED', action: 'freeze' })
    expect(threat.prediction_score).toBeGreaterThan(0.6)
    expect(threat.prediction_score).toBeLessThanOrEqual(1)
    expect(threat.confidence).toBeGreaterThan(0.95)
    expect(threat.reason).toMatch(/^(Higher latency|More errors) than usual: /)
    expect(response.headers.get('x-anomaly-id')).toMatch(/^[\w-]{8,}$/)
  })

  it('counts in /metrics exactly the requests that were sent', async () => {
    const threats = judged.filter((answer) => (answer as Threat).status === 'THREAT_DETECTED').length
    expect(await metric('sentinel_requests_total{endpoint="/analyze-flow",method="POST"}')).toBe(sent)
    expect(await metric('sentinel_score_count')).toBe(sent)
    expect(await metric('sentinel_history_size')).toBe(Math.min(sent, 1000))
    expect(await metric('sentinel_anomalies_total')).toBeGreaterThanOrEqual(threats + 1)
    expect(await metric('sentinel_anomalies_total')).toBeLessThanOrEqual(threats + 1 + 2 * MIN_SAMPLES)
    expect(await metric('sentinel_model_generation')).toBe(Math.floor(records.length / RETRAIN_EVERY))
  })

  it('logs every anomaly as one JSON line and never who it was', () => {
    const anomalies = service.log.filter((entry) => entry.msg === 'anomaly')
    expect(anomalies.length).toBeGreaterThan(0)
    for (const entry of anomalies) {
      expect(entry).toMatchObject({ score: expect.any(Number), reason: expect.any(String) })
      expect(entry).not.toHaveProperty('user_id')
    }
  })

  it('finishes what it was asked and exits with 0 on SIGTERM', async () => {
    const open = Array.from({ length: 20 }, () => analyze(records[0]))
    const answered = await Promise.all(open.map(async (response) => (await response).status))
    expect(answered).toEqual(answered.map(() => 200))
    expect(await service.stop('SIGTERM')).toBe(0)
  })
})
