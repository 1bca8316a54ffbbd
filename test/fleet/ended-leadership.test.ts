import { expect, onTestFinished, test } from 'vitest'
import type { FleetBus } from '#sentinel/fleet/bus/fleet-bus.js'
import { FleetFigures } from '#sentinel/fleet/fleet-figures.js'
import { PASSING_TIME } from '#sentinel/fleet/fleet-time.js'
import { FleetWords } from '#sentinel/fleet/fleet-words.js'
import { Leadership } from '#sentinel/fleet/leadership.js'
import { decodeModel, encodeModel } from '#sentinel/fleet/model/model-blob.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { REQUEST_TELEMETRY } from '#sentinel/telemetry/model.js'

const EPOCH = 7
const log = { debug() {}, info() {}, warn() {}, error() {} }

/** A replica that asks for the lease, which a bus grants when it is told to; and what it said to the bus. */
async function applicant() {
  const sentinel = await Sentinel.create()
  onTestFinished(() => sentinel.close())
  const following = sentinel.join({ judged() {} })
  const asked: string[] = []
  let grant = (): void => {}
  const bus = {
    acquire: () =>
      new Promise<number>((resolve) => {
        asked.push('acquire')
        grant = () => resolve(EPOCH)
      }),
    resign: async (epoch: number) => void asked.push(`resign ${epoch}`),
    newest: async () => '',
    read: async () => [],
    tell: async () => true,
  } as Partial<FleetBus> as FleetBus
  const figures = new FleetFigures()
  const led: boolean[] = []
  const leadership = new Leadership({
    bus,
    follower: {
      head: null,
      newest: null,
      incidents: [],
      capture: async () => decodeModel(await encodeModel(following.capture())),
      publish: async () => 'fenced',
    },
    learning: { detector: {}, telemetry: REQUEST_TELEMETRY, alerts: {}, sentence: () => '', log },
    figures,
    words: new FleetWords('this', sentinel.operator),
    time: PASSING_TIME,
    leaseMs: 0,
    log,
    onLead: (incidents) => void led.push(incidents !== null),
  })
  return { leadership, figures, asked, led, grant: () => grant() }
}

test('a replica that closes while it is asking for the lease gives it back at once', async () => {
  const { leadership, figures, asked, led, grant } = await applicant()
  const step = leadership.step()
  await leadership.close()
  expect(asked).toEqual(['acquire'])
  grant()
  await step
  expect(asked).toEqual(['acquire', `resign ${EPOCH}`])
  expect(figures.leads).toBe(false)
  expect(led.at(-1)).toBe(false)
  await leadership.step()
  expect(asked).toHaveLength(2)
})

test('a replica that closes while it leads gives the lease back, and asks for it no more', async () => {
  const { leadership, figures, asked, grant } = await applicant()
  const step = leadership.step()
  grant()
  await step
  expect(figures.leads).toBe(true)
  await leadership.close()
  expect(asked).toEqual(['acquire', `resign ${EPOCH}`])
  expect(figures.leads).toBe(false)
  await leadership.step()
  expect(asked).toHaveLength(2)
})
