import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from '../free-port.js'

export interface ListedAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly status: { readonly state: string }
}

/** A real Alertmanager on a free loopback port, alone, that passes its notifications on to one address. */
export class AlertmanagerProcess {
  readonly url: string
  readonly #process: ChildProcess
  readonly #folder: string

  private constructor(url: string, process: ChildProcess, folder: string) {
    this.url = url
    this.#process = process
    this.#folder = folder
  }

  static async start(program: string, notified: string): Promise<AlertmanagerProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'sentinel-alertmanager-'))
    const config = {
      route: { receiver: 'test', group_by: ['...'], group_wait: '0s', group_interval: '1s' },
      receivers: [{ name: 'test', webhook_configs: [{ url: notified, send_resolved: true }] }],
    }
    writeFileSync(join(folder, 'alertmanager.yml'), stringify(config))
    const port = await freePort()
    const args = [
      `--config.file=${folder}/alertmanager.yml`,
      `--storage.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ]
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    const alertmanager = new AlertmanagerProcess(`http://127.0.0.1:${port}`, child, folder)
    await alertmanager.until(async () => {
      if (child.exitCode !== null) throw new Error(`${program} exited with ${child.exitCode}`)
      return (await fetch(`${alertmanager.url}/-/ready`).catch(() => null))?.ok === true
    }, 'Alertmanager getting ready')
    return alertmanager
  }

  /** The alerts that have not ended. */
  async alerts(): Promise<ListedAlert[]> {
    const response = await fetch(`${this.url}/api/v2/alerts`)
    return (await response.json()) as ListedAlert[]
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
