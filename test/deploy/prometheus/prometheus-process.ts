import { stringify } from 'yaml'
import { ToolProcess } from '../../tool-process.js'
import { withoutIntervals } from './rule-files.js'

const RULES = ['recording.yml', 'alerts.yml']

interface QueryAnswer {
  readonly status: string
  readonly error?: string
  readonly data: { readonly result: readonly { readonly metric: object }[] }
}

/** A real Prometheus that scrapes one target and evaluates the repository's rules, twice a second. */
export class PrometheusProcess {
  readonly #tool: ToolProcess

  private constructor(tool: ToolProcess) {
    this.#tool = tool
  }

  static async start(target: string): Promise<PrometheusProcess> {
    const config = {
      global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
      rule_files: RULES,
      scrape_configs: [{ job_name: 'codeflow-sentinel', static_configs: [{ targets: [target] }] }],
    }
    const rules = Object.fromEntries(RULES.map((file) => [file, withoutIntervals(file)]))
    const tool = await ToolProcess.start({
      program: 'prometheus',
      files: { ...rules, 'prometheus.yml': stringify(config) },
      args: (folder) => [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`],
    })
    return new PrometheusProcess(tool)
  }

  get url(): string {
    return this.#tool.url
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

  stop(): Promise<void> {
    return this.#tool.stop()
  }
}
