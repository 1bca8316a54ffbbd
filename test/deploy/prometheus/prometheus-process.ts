import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from '../../free-port.js'
import { withoutIntervals } from './rule-files.js'

interface QueryAnswer {
  readonly status: string
  readonly error?: string
  readonly data: { readonly result: readonly { readonly metric: object }[] }
}

/** A real Prometheus on a free loopback port that scrapes one target and evaluates the repository's rules, twice a second. */
export class PrometheusProcess {
  readonly url: string
  readonly #process: ChildProcess
  readonly #folder: string

  private constructor(url: string, process: ChildProcess, folder: string) {
    this.url = url
    this.#process = process
    this.#folder = folder
  }

  static async start(target: string): Promise<PrometheusProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'sentinel-prometheus-'))
    const rules = ['recording.yml', 'alerts.yml']
    for (const file of rules) writeFileSync(join(folder, file), withoutIntervals(file))
    const config = {
      global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
      rule_files: rules.map((file) => join(folder, file)),
      scrape_configs: [{ job_name: 'codeflow-sentinel', static_configs: [{ targets: [target] }] }],
    }
    writeFileSync(join(folder, 'prometheus.yml'), stringify(config))
    const port = await freePort()
    const args = [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ]
    const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'inherit'] })
    const prometheus = new PrometheusProcess(`http://127.0.0.1:${port}`, child, folder)
    await prometheus.until(async () => {
      if (child.exitCode !== null) throw new Error(`prometheus exited with ${child.exitCode}`)
      return (await fetch(`${prometheus.url}/-/ready`).catch(() => null))?.ok === true
    }, 'Prometheus getting ready')
    return prometheus
  }

  /** How many series an instant query finds. @throws when Prometheus refuses the query */
  async count(query: string): Promise<number> {
    const response = await fetch(`${this.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query }),
    })
    const { status, error, data } = (await response.json()) as QueryAnswer
    if (status !== 'success') throw new Error(`${query}: ${error}`)
    return data.result.length
  }

  /** Asks again until the condition holds. @throws when it does not within the bound */
  async until(condition: () => Promise<boolean>, what: string, withinMs = 20_000): Promise<void> {
    const deadline = Date.now() + withinMs
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      const exited = once(this.#process, 'exit')
      this.#process.kill('SIGTERM')
      await exited
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
