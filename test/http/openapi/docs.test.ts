import { brotliDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { sharedApps, startApp } from '../subject.js'

const shared = sharedApps()

const ROUTES = [
  '/analyze-flow',
  '/analyze-flow/batch',
  '/anomalies',
  '/anomalies/stream',
  '/anomalies/{id}',
  '/anomalies/{id}/feedback',
  '/detectors',
  '/detectors/default/analyze-flow',
  '/detectors/default/analyze-flow/batch',
  '/health',
  '/health/live',
  '/health/ready',
  '/incidents',
  '/incidents/{id}',
  '/incidents/{id}/feedback',
  '/learning',
  '/learning/changed',
  '/learning/reset',
  '/live',
  '/metrics',
  '/mutes',
  '/mutes/{id}',
  '/openapi.json',
  '/routes',
  '/timeline',
  '/v1/traces',
  '/what-if',
]

interface Operation {
  operationId?: string
  summary?: string
  tags?: string[]
  responses: Record<string, unknown>
}

async function openapi() {
  const answer = await (await shared()).inject('/openapi.json')
  expect(answer.statusCode).toBe(200)
  return answer.json()
}

test('/openapi.json describes every route with summary, tags and error answers', async () => {
  const { openapi: version, paths } = await openapi()
  expect(version).toBe('3.1.0')
  expect(Object.keys(paths).sort()).toEqual([...ROUTES].sort())
  for (const path of Object.values<Record<string, Operation>>(paths)) {
    for (const operation of Object.values(path)) {
      expect(operation.summary).toBeTruthy()
      expect(operation.tags).toHaveLength(1)
      expect(operation.responses).toHaveProperty('500')
    }
  }
  const { responses } = paths['/analyze-flow'].post
  expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '400', '413', '415', '500']))
})

test('every operation has an id of its own', async () => {
  const { paths } = await openapi()
  const operations = Object.values<Record<string, Operation>>(paths).flatMap((path) => Object.values(path))
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual([
    'analyzeBatch',
    'analyzeFlow',
    'anomalies',
    'anomaly',
    'anomalyFeedback',
    'anomalyStream',
    'changedLearning',
    'detectorBatch-default',
    'detectorFlow-default',
    'detectors',
    'endMute',
    'health',
    'incident',
    'incidentFeedback',
    'incidents',
    'learning',
    'live',
    'liveStatus',
    'metrics',
    'mutes',
    'openapi',
    'otlpTraces',
    'pauseLearning',
    'ready',
    'resetLearning',
    'routes',
    'timeline',
    'whatIf',
  ])
})

test.each([
  {},
  { SENTINEL_API_TOKEN: 'hush-hush', SENTINEL_RATE_LIMIT: '1000', SENTINEL_MAX_DELAY_MS: '1000' },
])('every operation lists all that it may be answered under any configuration (%o)', async (environment) => {
  const app = await shared(environment)
  const authorization = 'Bearer hush-hush'
  const { paths } = (await app.inject({ url: '/openapi.json', headers: { authorization } })).json()
  const answers = (path: string, method = 'get') => Object.keys(paths[path][method].responses).map(Number)
  const refused = [401, 403, 429, 500, 503]
  expect(answers('/analyze-flow', 'post')).toEqual([200, 400, 401, 403, 408, 413, 415, 422, 429, 500, 503])
  expect(answers('/anomalies')).toEqual([200, 400, ...refused])
  expect(answers('/anomalies/{id}')).toEqual([200, 400, 401, 403, 404, 429, 500, 503])
  const operated = [200, 400, 401, 403, 404, 408, 409, 413, 415, 429, 500, 503]
  expect(answers('/anomalies/{id}/feedback', 'post')).toEqual(operated)
  expect(answers('/learning', 'post')).toEqual(operated)
  expect(answers('/mutes/{id}', 'delete')).toEqual([204, 400, 401, 403, 404, 429, 500, 503])
  expect(answers('/anomalies/stream')).toEqual([200, 400, ...refused])
  // Pages and their document are open, so that a browser can show them.
  expect(answers('/openapi.json')).toEqual([200, 403, 429, 500, 503])
  // Not shed, and limited only for those whose token is refused; probes carry no token.
  expect(answers('/metrics')).toEqual([200, 401, 403, 429, 500])
  for (const path of ['/health', '/health/live']) expect(answers(path)).toEqual([200, 403, 500])
  expect(answers('/health/ready')).toEqual([200, 403, 500, 503])
})

test.each(['swagger-ui-bundle.js', 'redoc.standalone.js'])(
  '%s comes with the licences that it names',
  async (bundle) => {
    const app = await shared()
    const { body } = await app.inject(`/docs/${bundle}`)
    const named = /license information please see (\S+)/.exec(body.slice(0, 500))?.[1]
    expect(named).toBe(`${bundle}.LICENSE.txt`)
    const licences = await app.inject(`/docs/${named}`)
    expect([licences.statusCode, licences.headers['content-type']]).toEqual([
      200,
      'text/plain; charset=utf-8',
    ])
    expect(licences.body).toMatch(/MIT|Apache License/)
  },
)

test('every named schema has a description and an example, and every reference resolves', async () => {
  const document = await openapi()
  const { schemas } = document.components
  expect(Object.keys(schemas)).toEqual(
    expect.arrayContaining(['Telemetry', 'ThreatAnswer', 'Error', 'Health']),
  )
  for (const schema of Object.values<{ description?: string; examples?: unknown[] }>(schemas)) {
    expect(schema.description).toBeTruthy()
    expect(schema.examples?.length).toBeGreaterThan(0)
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
    (match) => match[1] ?? '',
  )
  expect(references.length).toBeGreaterThan(5)
  for (const reference of references) {
    expect(Object.keys(schemas).map((name) => `#/components/schemas/${name}`)).toContain(reference)
  }
})

test('every error answer has an example of its own status', async () => {
  const { paths } = await openapi()
  const examples = new Set<string>()
  for (const [path, operations] of Object.entries<Record<string, Operation>>(paths)) {
    for (const { responses } of Object.values(operations)) {
      for (const [status, answer] of Object.entries(responses)) {
        if (Number(status) < 400) continue
        const { content } = answer as {
          content: { 'application/json': { example?: { statusCode: number } } }
        }
        const { example } = content['application/json']
        expect([path, status, example?.statusCode]).toEqual([path, status, Number(status)])
        examples.add(JSON.stringify(example))
      }
    }
  }
  expect(examples.size).toBeGreaterThan(12)
})

test('the example of a record is answered OK, by a service that has learnt, too', async () => {
  const app = await startApp({ SENTINEL_FIT: 'sync' })
  const { components } = (await app.inject('/openapi.json')).json()
  const [payload] = components.schemas.Telemetry.examples as object[]
  const send = (record: object) => app.inject({ method: 'POST', url: '/analyze-flow', payload: record })
  expect((await send(payload as object)).json()).toEqual({ status: 'OK' })
  for (let i = 0; i < 700; i++)
    await send({ latency: 4 + (i % 5), input_length: 20 + (i % 9), errors: 0, route: `/${'abc'[i % 3]}` })
  for (let i = 0; i < 5; i++) expect((await send(payload as object)).json()).toEqual({ status: 'OK' })
})

test.each(['/docs', '/redoc'])('%s and all it loads come from the service itself', async (path) => {
  const app = await shared()
  const page = await app.inject(path)
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(page.headers['content-security-policy']).toContain("default-src 'none'")
  const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
  expect(links.length).toBeGreaterThan(2)
  for (const link of links) {
    expect(link).not.toMatch(/^(?:[a-z]+:|\/)/)
    const file = await app.inject(`/${link}`)
    expect(file.statusCode).toBe(200)
    expect(file.rawPayload.length).toBeGreaterThan(50)
  }
})

test('a bundle goes out compressed to those that take Brotli, and whole to the others', async () => {
  const app = await shared()
  const ask = (encoding?: string) =>
    app.inject({
      url: '/docs/redoc.standalone.js',
      headers: encoding === undefined ? {} : { 'accept-encoding': encoding },
    })
  const whole = await ask()
  expect(whole.headers).not.toHaveProperty('content-encoding')
  expect(whole.body).toContain('Redoc')

  const compressed = await ask('gzip, deflate, br, zstd')
  expect(compressed.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' })
  expect(brotliDecompressSync(compressed.rawPayload).equals(whole.rawPayload)).toBe(true)

  for (const encoding of ['gzip', 'identity', 'br;q=0', 'nonsense;;', '']) {
    const answer = await ask(encoding)
    expect(answer.headers).toMatchObject({ vary: 'accept-encoding' })
    expect(answer.headers).not.toHaveProperty('content-encoding')
    expect(answer.rawPayload.equals(whole.rawPayload)).toBe(true)
  }
})

test('no file beside the pages can be had', async () => {
  const app = await shared()
  for (const name of [
    'nope.js',
    '..%2f..%2fpackage.json',
    'constructor',
    'redoc.html',
    'redoc.standalone.js.br',
  ]) {
    const answer = await app.inject(`/docs/${name}`)
    expect(answer.statusCode).toBe(404)
    expect(answer.json().code).toBe('SENTINEL_NOT_FOUND')
  }
})
