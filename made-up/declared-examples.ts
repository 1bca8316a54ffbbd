// Writes the data of examples/telemetry: npx tsx made-up/declared-examples.ts. The same bytes each time.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const START_MS = Date.UTC(2026, 2, 2)
const ROWS = 3000

/** Numbers from 0 to 1 that look random, by mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Draw {
  readonly share: () => number
  /** Around a centre, by a factor that is usually within 1 ± spread. */
  readonly around: (centre: number, spread: number) => number
  readonly normal: () => number
}

function drawFrom(seed: number): Draw {
  const share = randomFrom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - share())) * Math.cos(2 * Math.PI * share())
  return { share, normal, around: (centre, spread) => centre * Math.exp(spread * normal()) }
}

const within = (i: number, from: number, count: number): boolean => i >= from && i < from + count
const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits))
const at = (i: number, everyMs: number): string => new Date(START_MS + i * everyMs).toISOString()

/** Access telemetry: someone tries passwords, and someone looks for files that are not there. Each request is ordinary. */
function http(): object[] {
  const { share, around } = drawFrom(1)
  return Array.from({ length: ROWS }, (_, i) => {
    const guesses = within(i, 1800, 120)
    const probes = within(i, 2400, 120)
    const login = guesses || share() < 0.2
    const failed = guesses || (login && share() < 0.1)
    const missing = probes || (!login && share() < 0.03)
    return {
      time: at(i, 400),
      ip: guesses
        ? '203.0.113.9'
        : probes
          ? '198.51.100.7'
          : `10.0.${rounded(share() * 3)}.${rounded(share() * 60)}`,
      path: login ? '/login' : '/files',
      status: failed ? 401 : missing ? 404 : 200,
      ms: rounded(around(login ? 90 : 25, 0.3), 1),
      bytes: login ? rounded(around(600, 0.2)) : missing ? null : rounded(around(9000, 0.8)),
      label: guesses || probes ? 1 : 0,
    }
  })
}

/** A job queue: for a while exports hang and are tried again. */
function jobs(): object[] {
  const { share, around } = drawFrom(2)
  return Array.from({ length: ROWS }, (_, i) => {
    const exporting = share() < 0.3
    const hangs = within(i, 2200, 60) && exporting
    return {
      queue: exporting ? 'exports' : 'mails',
      duration: { seconds: rounded(around(exporting ? 40 : 1.5, 0.35) * (hangs ? 12 : 1), 2) },
      retries: hangs ? 3 : share() < 0.05 ? 1 : 0,
      payload: share() < 0.04 ? null : rounded(around(exporting ? 2e6 : 4000, 0.6)),
      exit_code: hangs && share() < 0.5 ? 124 : 0,
      label: hangs ? 1 : 0,
    }
  })
}

/** A gateway to language models: a caller has it write without end, at a cost. */
function llm(): object[] {
  const { share, around } = drawFrom(3)
  return Array.from({ length: ROWS }, (_, i) => {
    const endless = within(i, 2500, 40)
    const refused = !endless && share() < 0.03
    const tokensIn = rounded(around(900, 0.5))
    const tokensOut = refused ? 0 : rounded(endless ? 16_000 : around(250, 0.4))
    return {
      model: share() < 0.7 ? 'small' : 'large',
      usage: { input_tokens: tokensIn, output_tokens: tokensOut },
      ttft_ms: refused ? null : rounded(around(350, 0.25)),
      cost_usd: rounded((tokensIn * 3 + tokensOut * 15) / 1e6, 6),
      finish: refused ? 'refusal' : endless ? 'length' : 'stop',
      label: endless ? 1 : 0,
    }
  })
}

/** A host, every ten seconds: something reads the disk and sends what it reads away. */
function host(): string {
  const { normal, around } = drawFrom(4)
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const leaks = within(i, 2300, 50)
    const day = Math.sin((2 * Math.PI * i) / 8640)
    const cpu = Math.max(1, 35 + 10 * day + 5 * normal())
    return [
      at(i, 10_000),
      'db-1',
      cpu.toFixed(1),
      Math.min(99, 62 + 2 * normal()).toFixed(1),
      around(40, 0.3).toFixed(1),
      (around(12, 0.3) * (leaks ? 30 : 1)).toFixed(2),
      leaks ? 1 : 0,
    ].join(',')
  })
  return `${['time,host,cpu,memory,disk_mb,net_mb,label', ...rows].join('\n')}\n`
}

/** Sensors of two halls, with German numbers and gaps: a cooling fails. */
function sensors(): string {
  const { share, normal } = drawFrom(5)
  const german = (value: number, digits: number): string => value.toFixed(digits).replace('.', ',')
  const gap = (text: string): string => (share() < 0.08 ? '-' : text)
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const hall = i % 2 === 0 ? 'A' : 'B'
    const fails = within(i, 2600, 60) && hall === 'B'
    const degrees = (hall === 'A' ? 21 : 4) + 0.4 * normal() + (fails ? 14 : 0)
    return [
      at(i, 30_000),
      hall,
      gap(german(degrees, 1)),
      gap(german(55 + 3 * normal() + (fails ? 25 : 0), 1)),
      gap(german(1.2 + 0.05 * normal(), 2)),
      fails ? 1 : 0,
    ].join(';')
  })
  return `${['time;hall;temperature;humidity;power;label', ...rows].join('\n')}\n`
}

const ndjson = (records: readonly object[]): string =>
  records.map((one) => `${JSON.stringify(one)}\n`).join('')

const FILES: readonly [file: string, text: string][] = [
  ['http/requests.ndjson.gz', ndjson(http())],
  ['jobs/jobs.ndjson.gz', ndjson(jobs())],
  ['llm/calls.ndjson.gz', ndjson(llm())],
  ['host/host.csv.gz', host()],
  ['sensors/sensors.csv.gz', sensors()],
]
for (const [file, text] of FILES)
  writeFileSync(
    fileURLToPath(new URL(`../examples/telemetry/${file}`, import.meta.url)),
    gzipSync(text, { level: 9 }),
  )
