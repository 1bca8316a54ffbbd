import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Replayed } from './replay.js'
import { runContained, startContained } from './unprivileged.js'

/** What was seen of the started image. */
export interface Proof {
  /** Whether it listens on more than 127.0.0.1: all of 127/8 is this machine, but only one address is that one. */
  readonly listensOnAll: boolean
  readonly health: unknown
  readonly verdict: unknown
  readonly metrics: string
  /** Exit code of the image's own health check. */
  readonly healthcheck: number | null
  /** Exit code after SIGTERM. */
  readonly exit: number | null
  /** Of those asked for, the packages that the image holds. */
  readonly developmentPackages: string[]
}

export interface ProofOptions {
  /** What `--env-file` and `-e` would add. */
  readonly env: Readonly<Record<string, string>>
  /** Packages that have no place in the image. */
  readonly unwanted: readonly string[]
}

/** Starts what a replay made, as the image would be started, and uses it over HTTP. @throws when it does not serve */
export async function prove(image: Replayed, { env, unwanted }: ProofOptions): Promise<Proof> {
  const place = { cwd: image.workdir, env: { PATH: process.env.PATH ?? '', ...image.env, ...env } }
  const service = startContained(image.command, place)
  try {
    const port = await portOf(service)
    const url = `http://127.0.0.1:${port}`
    const answer = await fetch(`${url}/analyze-flow`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ latency: 12_000, input_length: 1893, errors: 0, route: '/api/analyze' }),
    })
    const proof = {
      listensOnAll: await accepts('127.0.0.2', port),
      health: await (await fetch(`${url}/health`)).json(),
      verdict: await answer.json(),
      metrics: await (await fetch(`${url}/metrics`)).text(),
      // The check must look where this one listens: a free port, so that several can run at once.
      healthcheck: runContained(image.healthcheck, {
        ...place,
        env: { ...place.env, SENTINEL_PORT: String(port) },
      }),
      developmentPackages: unwanted.filter((name) => existsSync(join(image.workdir, 'node_modules', name))),
    }
    const exited = once(service, 'exit')
    service.kill('SIGTERM')
    const [exit] = (await exited) as [number | null]
    return { ...proof, exit }
  } finally {
    service.kill('SIGKILL')
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

function portOf(service: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    if (service.stdout === null || service.stderr === null)
      throw new Error('the service was started without pipes')
    let complaint = ''
    service.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString()
    })
    service.once('exit', (code) => reject(new Error(`exited with ${code} before it listened: ${complaint}`)))
    createInterface({ input: service.stdout }).on('line', (line) => {
      const port = /listens at http:[^\s"]+:(\d+)/.exec(line)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
}
