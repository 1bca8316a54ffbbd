import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url))

/** An example that serves, as a process of its own on a free port. */
export class ExampleProcess {
  readonly url: string
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, url: string) {
    this.#process = process
    this.url = url
  }

  static async start(file: string, sentinelUrl: string): Promise<ExampleProcess> {
    const child = spawn(process.execPath, [EXAMPLES + file], {
      env: { PATH: process.env.PATH ?? '', PORT: '0', SENTINEL_URL: sentinelUrl },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${file} exited with ${code} before it listened`)))
      createInterface({ input: child.stdout }).on('line', (line) => {
        const port = /(?:listens at \S+:|example app at port )(\d+)/.exec(line)?.[1]
        if (port !== undefined) resolve(`http://127.0.0.1:${port}`)
      })
    })
    return new ExampleProcess(child, url)
  }

  async stop(): Promise<number | null> {
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    const [code] = (await exited) as [number | null]
    return code
  }
}
