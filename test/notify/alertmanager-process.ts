import { stringify } from 'yaml'
import { ToolProcess } from '../tool-process.js'

export interface ListedAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly status: { readonly state: string }
}

/** A real Alertmanager, alone, that passes its notifications on to one address. */
export class AlertmanagerProcess {
  readonly #tool: ToolProcess

  private constructor(tool: ToolProcess) {
    this.#tool = tool
  }

  static async start(program: string, notified: string): Promise<AlertmanagerProcess> {
    const config = {
      route: { receiver: 'test', group_by: ['...'], group_wait: '0s', group_interval: '1s' },
      receivers: [{ name: 'test', webhook_configs: [{ url: notified, send_resolved: true }] }],
    }
    const tool = await ToolProcess.start({
      program,
      files: { 'alertmanager.yml': stringify(config) },
      args: (folder) => [
        `--config.file=${folder}/alertmanager.yml`,
        `--storage.path=${folder}/data`,
        '--cluster.listen-address=',
      ],
    })
    return new AlertmanagerProcess(tool)
  }

  get url(): string {
    return this.#tool.url
  }

  /** The alerts that have not ended. */
  async alerts(): Promise<ListedAlert[]> {
    const response = await fetch(`${this.url}/api/v2/alerts`)
    return (await response.json()) as ListedAlert[]
  }

  stop(): Promise<void> {
    return this.#tool.stop()
  }
}
