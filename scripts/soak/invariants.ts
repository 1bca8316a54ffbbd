import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Sentinel } from '#sentinel/sentinel.js'
import { decodeState } from '#sentinel/state/codec.js'
import type { OllamaStandIn } from '../../test/ollama-stand-in.js'
import type { LogLine, SoakedService, Vitals } from './soaked-service.js'
import type { Answers, Traffic } from './traffic.js'

const MOST_RSS_MIB = 300
const MOST_OPEN_FILES = 200
/** A machine that is busy writes no state for long; one that is stuck never does. */
const PATIENCE_MS = 60_000
const ORDINARY = { latency: 120, input_length: 1800, errors: 0, route: '/lint' }
const ATTACK = { latency: 90_000, input_length: 50_000, errors: 40, route: '/run' }
/** What the service says at `error`, and may only where that was done to it. */
const EXCUSED = { state: /^state cannot be written/, trainer: /^fit failed/ } as const
/** What comes of requests to a process that is killed. */
const UNANSWERED = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'cut'])

type Excuse = keyof typeof EXCUSED

/** What was known of a process when it ended. */
interface Ended {
  /** Records that the next one knows at the least, and at the most. */
  readonly least: number
  readonly most: number
}

/** What is looked at in the end. */
interface Soaked {
  readonly service: SoakedService
  readonly traffic: Traffic
  readonly model: OllamaStandIn
}

/** What must hold whatever happens; what does not is written down. */
export class Invariants {
  readonly found: string[] = []
  readonly figures = { records: 0, mostRssMiB: 0, mostOpenFiles: 0, restarts: 0 }
  readonly #service: SoakedService
  readonly #statePath: string
  readonly #excuses = new Set<Excuse>()
  /** Records that the process that runs began with. */
  #startedWith = 0
  #checkedLines = 0
  #lostByKills = 0

  constructor(service: SoakedService, statePath: string) {
    this.#service = service
    this.#statePath = statePath
  }

  /** Something was done to this process that it may complain of. */
  excuse(what: Excuse): void {
    this.#excuses.add(what)
  }

  /** While it runs: it has not ended by itself, says nothing that it must not, and answers as it should. */
  checkRunning(answers: Answers): void {
    this.#service.checkAlive()
    this.#checkLog()
    for (const [outcome, times] of answers)
      if (outcome !== '200' && !UNANSWERED.has(outcome)) this.#note(`${times} answers were ${outcome}`)
    const lost = unansweredIn(answers)
    if (lost > this.#lostByKills)
      this.#note(`${lost - this.#lostByKills} requests had no answer, and nothing was killed`)
  }

  /** The next written state was written after this was called. */
  async stateWritten(): Promise<void> {
    const before = this.#lines('state written').length + this.#lines('state is written again').length
    const until = performance.now() + PATIENCE_MS
    while (this.#lines('state written').length + this.#lines('state is written again').length === before) {
      if (performance.now() > until) return this.#note('no state was written once the disk was well again')
      await sleep(100)
    }
  }

  /** A process has ended as it was told to. */
  ended(signal: 'SIGTERM' | 'SIGKILL', code: number | null, { sent, taken, answers }: Traffic): Ended {
    this.#checkLog()
    if (signal === 'SIGKILL') this.#lostByKills = unansweredIn(answers)
    const written = [...this.#lines('state written'), ...this.#lines('state is written again')]
    const records = written.map((line) => Number(line.records))
    const most = this.#startedWith + sent
    if (signal === 'SIGKILL') return { least: Math.max(this.#startedWith, ...records), most }
    if (code !== 0) this.#note(`a stop ended with ${code}`)
    return { least: this.#startedWith + taken, most }
  }

  /** The next one has begun. */
  begun({ least, most }: Ended): void {
    this.figures.restarts += 1
    this.#excuses.clear()
    this.#checkedLines = 0
    const restored = this.#lines('state restored').at(-1)
    if (restored === undefined && least > 0) this.#note('a process began afresh beside a state')
    this.#startedWith = Number(restored?.records ?? 0)
    if (this.#startedWith < least || this.#startedWith > most)
      this.#note(`${this.#startedWith} records were restored, of ${least} to ${most}`)
  }

  /** Once nothing happens to it any more: it judges, knows what it did, is no larger than it was, and can be kept. */
  async checkEnd({ service, traffic, model }: Soaked): Promise<void> {
    model.behaviour = 'answer'
    await sleep(3000)
    await traffic.end()
    this.checkRunning(traffic.answers)
    await this.#expectStatus(ORDINARY, 'OK')
    await this.#expectStatus(ATTACK, 'THREAT_DETECTED')
    await this.#checkIds()
    this.#checkVitals(await service.vitals())
    // Two more than the traffic has counted: those of just now.
    const { least, most } = this.ended('SIGTERM', await service.stop('SIGTERM'), traffic)
    await this.#checkState({ least: least + 2, most: most + 2 })
  }

  #checkVitals({ rssMiB, openFiles }: Vitals): void {
    this.figures.mostRssMiB = Math.round(rssMiB)
    this.figures.mostOpenFiles = openFiles
    if (rssMiB > MOST_RSS_MIB) this.#note(`${rssMiB.toFixed(0)} MiB are resident`)
    if (openFiles > MOST_OPEN_FILES) this.#note(`${openFiles} files are open`)
  }

  async #expectStatus(record: object, status: string): Promise<void> {
    const answer = await fetch(`${this.#service.url}/analyze-flow`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(record),
    })
    const got = (await answer.json()) as { readonly status?: string }
    if (got.status !== status) this.#note(`${JSON.stringify(record)} is answered ${JSON.stringify(got)}`)
  }

  /** Whatever the clock did, ids go up and none comes twice. */
  async #checkIds(): Promise<void> {
    const answer = await fetch(`${this.#service.url}/anomalies?limit=500`)
    const { anomalies } = (await answer.json()) as { readonly anomalies: readonly { readonly id: string }[] }
    const ids = anomalies.map(({ id }) => id)
    const sorted = [...new Set(ids)].sort().reverse()
    if (ids.join() !== sorted.join()) this.#note('ids of anomalies are not in their order, or come twice')
  }

  /** What is kept is whole, and another process judges by it. */
  async #checkState({ least, most }: Ended): Promise<void> {
    const sentinel = await Sentinel.create()
    sentinel.restore(decodeState(await readFile(this.#statePath)))
    const { records } = sentinel.detector
    this.figures.records = records
    if (records < least || records > most) this.#note(`${records} records are kept, of ${least} to ${most}`)
    const score = sentinel.judge(ORDINARY)?.verdict.score ?? Number.NaN
    if (!(score >= 0 && score <= 1)) this.#note(`the kept state gives a score of ${score}`)
    await sentinel.close()
  }

  #checkLog(): void {
    const { log } = this.#service
    for (const line of log.slice(this.#checkedLines))
      if (line.level === 'error' || line.level === 'fatal')
        if (![...this.#excuses].some((excuse) => EXCUSED[excuse].test(line.msg)))
          this.#note(`the log says ${JSON.stringify(line)}`)
    this.#checkedLines = log.length
  }

  #lines(msg: string): LogLine[] {
    return this.#service.log.filter((line) => line.msg === msg)
  }

  #note(line: string): void {
    if (!this.found.includes(line)) this.found.push(line)
  }
}

function unansweredIn(answers: Answers): number {
  return [...UNANSWERED].reduce((sum, outcome) => sum + (answers.get(outcome) ?? 0), 0)
}
