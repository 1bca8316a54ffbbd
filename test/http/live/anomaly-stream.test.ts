import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IncidentLog } from '#sentinel/alerts/incidents/incident-log.js'
import { AnomalyLog } from '#sentinel/anomalies/anomaly-log.js'
import { AnomalyStream } from '#sentinel/http/live/anomaly-stream.js'
import { facts } from '../../alerts/incidents.js'
import { SLOW } from '../../explain/verdicts.js'

const HEARTBEAT_MS = 15_000

let log: AnomalyLog
let incidents: IncidentLog
let stream: AnomalyStream

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] })
  log = new AnomalyLog({ max: 200 })
  incidents = new IncidentLog({ ids: log.ids })
  stream = new AnomalyStream({ log, incidents, heartbeatMs: HEARTBEAT_MS })
})

afterEach(() => {
  stream.destroy()
  vi.useRealTimers()
})

function logged(count: number): string[] {
  return Array.from({ length: count }, () => log.add({ verdict: SLOW, reason: 'r'.repeat(500) }).id)
}

function idsIn(text: string): string[] {
  return [...text.matchAll(/^id: (.*)$/gm)].map(([, id = '']) => id)
}

describe('a client that reads nothing', () => {
  it('costs one buffer, however much happens', () => {
    logged(5_000)
    expect(stream.readableLength).toBeLessThan(stream.readableHighWaterMark + 4_096)
  })

  it('is let go after two heartbeats that it did not take', () => {
    logged(200)
    vi.advanceTimersByTime(HEARTBEAT_MS)
    expect(stream.destroyed).toBe(false)
    vi.advanceTimersByTime(HEARTBEAT_MS)
    expect(stream.destroyed).toBe(true)
  })

  it('is cut off at once when the service closes', () => {
    logged(200)
    stream.finish()
    expect(stream.destroyed).toBe(true)
  })
})

describe('a client that reads nothing of incidents', () => {
  it('costs one buffer, however often they change', () => {
    for (let i = 0; i < 2_000; i++) {
      const { id } = incidents.open(facts())
      incidents.close(id)
    }
    expect(stream.readableLength).toBeLessThan(stream.readableHighWaterMark + 4_096)
  })
})

describe('a client that reads late', () => {
  it('gets every anomaly that the log still holds, once and in order', async () => {
    const ids = logged(200)
    let text = ''
    for await (const chunk of stream) {
      text += String(chunk)
      if (text.includes(`id: ${ids.at(-1)}\n`)) break
    }
    expect(idsIn(text)).toEqual(ids)
  })

  it('gets the last change of every incident among the anomalies, in one order', async () => {
    const [filler] = [logged(100)]
    const open = incidents.open(facts()).id
    const { id: closed } = incidents.open(facts())
    const between = logged(50)
    incidents.update(closed, { records: 100 })
    incidents.close(closed)
    const last = logged(1)
    let text = ''
    for await (const chunk of stream) {
      text += String(chunk)
      if (text.includes(`id: ${last[0]}\n`)) break
    }
    const ids = idsIn(text)
    expect(ids).toEqual(ids.toSorted())
    expect(ids.filter((id) => filler.includes(id) || between.includes(id))).toEqual([...filler, ...between])
    const told = [...text.matchAll(/^data: (\{"change".*)$/gm)].map(([, data = '']) => JSON.parse(data))
    expect(told.map(({ change, incident }) => [change, incident.id])).toEqual([
      ['opened', open],
      ['closed', closed],
    ])
  })

  it('is not told of explanations before their anomaly', async () => {
    const ids = logged(200)
    const last = ids.at(-1) ?? ''
    log.attachAssessment(last, { text: 'words', model: 'm', ms: 1 })
    let text = ''
    for await (const chunk of stream) {
      text += String(chunk)
      if (text.includes(`id: ${last}\n`)) break
    }
    expect(text).not.toContain('event: explanation')
    expect(text.slice(text.indexOf(`id: ${last}`))).toContain('"source":"llm","text":"words"')
  })
})

describe('a stream that is gone', () => {
  it('no longer listens to the log', () => {
    stream.destroy()
    const length = stream.readableLength
    logged(10)
    incidents.open(facts())
    expect(stream.readableLength).toBe(length)
    expect(vi.getTimerCount()).toBe(0)
  })
})
