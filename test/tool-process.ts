import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.js'
import { until } from './until.js'

/** A server that others wrote and that says at `/-/ready` whether it is, as those of Prometheus do. */
export interface Tool {
  /** As it is found on the path. */
  readonly program: string
  /** Its settings: text by file name. */
  readonly files: Readonly<Record<string, string>>
  /** @param folder that the files are in, and that it may write to */
  readonly args: (folder: string) => readonly string[]
}

/** A tool as a process of its own, on a free port of the loopback interface and in a folder that goes with it. */
export class ToolProcess {
  readonly url: string
  readonly #process: ChildProcess
  readonly #folder: string

  private constructor(url: string, process: ChildProcess, folder: string) {
    this.url = url
    this.#process = process
    this.#folder = folder
  }

  /** @throws when it ends, or is not ready within the bound of `until` */
  static async start({ program, files, args }: Tool): Promise<ToolProcess> {
    const folder = mkdtempSync(join(tmpdir(), `sentinel-${program}-`))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const address = `127.0.0.1:${await freePort()}`
    const own = [`--web.listen-address=${address}`, '--log.level=error']
    const child = spawn(program, [...args(folder), ...own], { stdio: ['ignore', 'ignore', 'inherit'] })
    const tool = new ToolProcess(`http://${address}`, child, folder)
    try {
      await until(async () => {
        if (child.exitCode !== null) throw new Error(`${program} exited with ${child.exitCode}`)
        return (await fetch(`${tool.url}/-/ready`).catch(() => null))?.ok === true
      }, `${program} getting ready`)
    } catch (error) {
      await tool.stop()
      throw error
    }
    return tool
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
