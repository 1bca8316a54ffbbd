import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { ServiceProcess } from '../e2e/service-process.js'
import { freePort } from '../free-port.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const TOKEN = 'one-of-two'

interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `npm run demo` to its end, or what it runs. */
function demo(
  environment: Record<string, string>,
  command = ['npm', 'run', '--silent', 'demo'],
): Promise<Run> {
  const [program = '', ...args] = command
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment }
  return new Promise((resolve) => {
    execFile(program, args, { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

/** The numbers that a pattern finds, as many as it has groups, one array a match. */
function numbersIn(text: string, pattern: RegExp): number[][] {
  return [...text.matchAll(pattern)].map(([, ...groups]) => groups.map((n) => Number(n.replaceAll(',', ''))))
}

test('the demo shows learning, ordinary records, an attack and its explanation', async () => {
  const service = await ServiceProcess.start({ SENTINEL_API_TOKEN: `${TOKEN}, another` })
  onTestFinished(async () => void (await service.stop('SIGKILL')))
  const { code, stdout, stderr } = await demo({
    SENTINEL_URL: `${service.url}/`,
    SENTINEL_API_TOKEN: `${TOKEN}, another`,
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })

  const [learnt] = numbersIn(stdout, /([\d,]+) records sent, ([\d,]+) are learnt, the forest is trained/g)
  expect(learnt?.[0]).toBeGreaterThanOrEqual(50)
  expect(learnt?.[1]).toBeGreaterThan(0)

  const [[flagged, judged] = []] = numbersIn(stdout, /(\d+) of (\d+) were alerted/g)
  const kinds = numbersIn(stdout, /(\d+) of (\d+) alerted: (?:observe|throttle|freeze) \d/g)
  expect(kinds).toHaveLength(3)
  const shareOfOrdinary = (flagged as number) / (judged as number)
  // How soon the evidence of one kind suffices depends on which records the last fit had: some of each, most of all.
  for (const [hits] of kinds) expect(hits).toBeGreaterThan(0)
  const [told, sent] = [0, 1].map((i) => kinds.reduce((sum, kind) => sum + (kind[i] as number), 0))
  expect((told as number) / (sent as number)).toBeGreaterThan(Math.max(10 * shareOfOrdinary, 0.4))
  expect(stdout).toMatch(/GET \/incidents\?open=true\)\.\n {3}\S.*\d records; freeze advised\n/)
  expect(stdout).toMatch(/ action +freeze\n/)

  expect(stdout).toMatch(/ p +(?:\d|not known)/)
  expect(stdout).toMatch(/reason +[A-Z].{20,}/)
  for (const feature of ['latency', 'input_length', 'errors']) {
    expect(stdout).toMatch(new RegExp(`${feature} +[+-]\\d\\.\\d\\d bits: \\S+.*median`))
  }
  const [[score] = []] = numbersIn(stdout, / score +(\S+),/g)
  const [[bits] = []] = numbersIn(stdout, /together +(\S+) bits/g)
  expect(2 ** ((bits as number) - 1)).toBeCloseTo(score as number, 2)
}, 60_000)

const DIRECTLY = [process.execPath, '--import', 'tsx', 'made-up/demo.ts']

test('a demo that cannot go on says why in one line', async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  expect(await demo({ SENTINEL_URL: url }, DIRECTLY)).toEqual({
    code: 1,
    stdout: '',
    stderr: `No service answers at ${url} (ECONNREFUSED). Start one with "npm start", or name another in SENTINEL_URL.\n`,
  })
  expect(await demo({ SENTINEL_URL: 'localhost' }, DIRECTLY)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'SENTINEL_URL="localhost" is no address; http://host:port is one.\n',
  })
  const service = await ServiceProcess.start({ SENTINEL_API_TOKEN: TOKEN })
  onTestFinished(async () => void (await service.stop('SIGKILL')))
  expect(await demo({ SENTINEL_URL: service.url, SENTINEL_API_TOKEN: 'wrong' }, DIRECTLY)).toMatchObject({
    code: 1,
    stderr: `${service.url} asks for a token: put it into SENTINEL_API_TOKEN.\n`,
  })
}, 60_000)
