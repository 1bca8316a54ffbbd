import { describe, expect, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { ConfigError } from '#sentinel/config/config-error.js'
import { unknownVariables } from '#sentinel/config/environment.js'
import { usage } from '#sentinel/config/usage.js'
import { REQUEST_TELEMETRY } from '#sentinel/telemetry/model.js'

const DEFAULTS = {
  host: '127.0.0.1',
  port: 8000,
  socket: null,
  logLevel: 'info',
  access: { tokens: [], unauthenticated: false, allowedHosts: [], corsOrigins: [], trustedProxies: [] },
  admin: { host: '127.0.0.1', port: null },
  limits: { maxConnections: 1024, maxDelayMs: 200, rateLimit: 0, idempotencyMax: 10_000, drainMs: 0 },
  state: { dir: null, intervalMs: 60_000 },
  forestFile: null,
  telemetry: REQUEST_TELEMETRY,
  detector: {
    historyMax: 1000,
    contamination: 0.1,
    retrainEvery: 50,
    minSamples: 50,
    nTrees: 100,
    subsampleSize: 256,
    seed: 42,
    fit: 'background',
    trainDuty: 0.1,
    baseline: 'guarded',
    routesMax: 512,
    minConfidence: 0,
    policies: {},
    rules: { latency: 5000, input_length: 10_000, errors: 5 },
  },
  detectors: null,
  explain: {
    mode: 'wait',
    timeoutMs: 2000,
    ollamaHost: 'http://localhost:11434',
    ollamaApiKey: null,
    ollamaModel: 'llama2',
  },
  anomaliesMax: 500,
  webhook: null,
  fleet: null,
  alerts: { mode: 'calibrated', rate: 0.001, falseIncidentsADay: 24, actions: 'graded' },
  incidentsMax: 200,
  ignored: [],
}

function refusal(environment: Record<string, string>): string {
  try {
    loadConfig(environment)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).message
  }
  throw new Error('nothing was refused')
}

describe('loadConfig', () => {
  test('an empty environment gives the documented defaults', () => {
    expect(loadConfig({})).toEqual(DEFAULTS)
  })

  test('an empty value counts as unset', () => {
    expect(loadConfig({ SENTINEL_PORT: '', SENTINEL_CONTAMINATION: ' ', OLLAMA_MODEL: '' })).toEqual(DEFAULTS)
  })

  test('every variable is read as what it is', () => {
    const config = loadConfig({
      SENTINEL_HOST: '::1',
      SENTINEL_PORT: '0',
      SENTINEL_CONTAMINATION: 'auto',
      SENTINEL_SEED: '4294967295',
      SENTINEL_TRAIN_DUTY: '1',
      SENTINEL_RULE_LATENCY_MS: '12.5',
      SENTINEL_EXPLAIN: 'rules',
      SENTINEL_ALERTS: 'contamination',
      SENTINEL_ALERT_RATE: '1e-4',
      SENTINEL_FALSE_INCIDENTS: '0.5',
      SENTINEL_ACTIONS: 'freeze',
      SENTINEL_BASELINE: 'window',
      SENTINEL_FEATURES: '{"latency":{"direction":"high","ignore":20}}',
      OLLAMA_HOST: 'https://models.example:8443/base',
    })
    expect(config).toMatchObject({
      host: '::1',
      port: 0,
      detector: {
        contamination: 'auto',
        seed: 4_294_967_295,
        trainDuty: 1,
        rules: { latency: 12.5 },
        baseline: 'window',
        policies: { latency: { direction: 'high', ignore: 20 } },
      },
      explain: { mode: 'rules', ollamaHost: 'https://models.example:8443/base' },
      alerts: { mode: 'contamination', rate: 1e-4, falseIncidentsADay: 0.5, actions: 'freeze' },
    })
    expect(loadConfig({ SENTINEL_CONTAMINATION: '0.5' }).detector.contamination).toBe(0.5)
  })

  test.each([
    ['SENTINEL_PORT', 'abc', 'a whole number from 0 to 65535 or off'],
    ['SENTINEL_PORT', '65536', 'a whole number from 0 to 65535 or off'],
    ['SENTINEL_PORT', '80.5', 'a whole number from 0 to 65535 or off'],
    ['SENTINEL_HOST', 'a b', 'a host name or address to listen on'],
    ['SENTINEL_LOG_LEVEL', 'loud', 'fatal, error, warn, info, debug, trace or silent'],
    ['SENTINEL_HISTORY_MAX', '1', 'a whole number from 2 to 100000'],
    ['SENTINEL_HISTORY_MAX', '1e999', 'a whole number from 2 to 100000'],
    ['SENTINEL_CONTAMINATION', '0', 'a finite number above 0, at most 0.5 or auto'],
    ['SENTINEL_CONTAMINATION', '0.51', 'a finite number above 0, at most 0.5 or auto'],
    ['SENTINEL_CONTAMINATION', 'NaN', 'a finite number above 0, at most 0.5 or auto'],
    ['SENTINEL_ALERTS', 'labels', 'calibrated or contamination'],
    ['SENTINEL_ALERT_RATE', '0', 'a finite number above 0, at most 0.1'],
    ['SENTINEL_ALERT_RATE', '0.2', 'a finite number above 0, at most 0.1'],
    ['SENTINEL_FALSE_INCIDENTS', '0', 'a finite number above 0, at most 10000'],
    ['SENTINEL_ACTIONS', 'lock', 'graded or freeze'],
    ['SENTINEL_INCIDENTS_MAX', '1001', 'a whole number from 1 to 1000'],
    ['SENTINEL_RETRAIN_EVERY', '0', 'a whole number from 1 to 1000000'],
    ['SENTINEL_TREES', '1001', 'a whole number from 1 to 1000'],
    ['SENTINEL_SUBSAMPLE', '5000', 'a whole number from 2 to 4096'],
    ['SENTINEL_SEED', '-1', 'a whole number from 0 to 4294967295'],
    ['SENTINEL_TRAIN_DUTY', '0', 'a finite number above 0, at most 1'],
    ['SENTINEL_RULE_ERRORS', 'many', 'a whole number from 1 to 1000000000000'],
    ['SENTINEL_EXPLAIN', 'Wait', 'wait, background or rules'],
    ['SENTINEL_LLM_TIMEOUT_MS', '0', 'a whole number from 1 to 600000'],
    ['SENTINEL_DRAIN_MS', '-1', 'a whole number from 0 to 600000'],
  ])('%s=%s is refused with what is allowed', (variable, value, allowed) => {
    expect(refusal({ [variable]: value })).toBe(
      `${variable}=${JSON.stringify(value)} cannot be used: it must be ${allowed}`,
    )
  })

  test('a refusal is one line however the value looks', () => {
    const message = refusal({ SENTINEL_PORT: `1\n2\r\u001b[31m\u2028${'9'.repeat(500)}` })
    expect(message).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
    expect(message.length).toBeLessThan(200)
  })

  test.each(['http://me:hunter2@127.0.0.1:11434', 'http://[::1', 'http://169.254.169.254/'])(
    'OLLAMA_HOST=%s is refused without a word of what may be a password',
    (value) => {
      expect(refusal({ OLLAMA_HOST: value })).toMatch(/^OLLAMA_HOST must .+ http:\/\/localhost:11434/)
      expect(refusal({ OLLAMA_HOST: value })).not.toContain('hunter2')
    },
  )

  test.each([
    ['{', 'not JSON'],
    ['{"latency":{"direction":"up"}}', '/latency/direction'],
    ['{"speed":{}}', 'the features are latency, input_length, errors'],
  ])('SENTINEL_FEATURES=%s is refused in one line with what is allowed', (value, said) => {
    expect(refusal({ SENTINEL_FEATURES: value })).toMatch(/^SENTINEL_FEATURES cannot be used: [^\n]+$/)
    expect(refusal({ SENTINEL_FEATURES: value })).toContain(said)
  })

  test('the webhook is read as what it is', () => {
    const url = 'https://hooks.example/a?key=b'
    expect(loadConfig({ SENTINEL_WEBHOOK_FORMAT: 'slack' }).webhook).toBeNull()
    expect(loadConfig({ SENTINEL_WEBHOOK_URL: url }).webhook).toEqual({
      url,
      format: 'plain',
      secret: null,
      timeoutMs: 5000,
    })
    const signed = { SENTINEL_WEBHOOK_SECRET: 'correct-horse-battery', SENTINEL_WEBHOOK_TIMEOUT_MS: '300' }
    expect(loadConfig({ SENTINEL_WEBHOOK_URL: url, ...signed }).webhook).toMatchObject({
      secret: 'correct-horse-battery',
      timeoutMs: 300,
    })
  })

  test.each([
    ['SENTINEL_WEBHOOK_URL', 'hooks.example/hunter2'],
    ['SENTINEL_WEBHOOK_URL', 'https://hooks.example/hunter2 2'],
    ['SENTINEL_WEBHOOK_URL', 'https://me:hunter2@hooks.example'],
    ['SENTINEL_WEBHOOK_URL', 'https://[hunter2'],
    ['SENTINEL_WEBHOOK_URL', 'http://169.254.169.254/hunter2'],
    ['SENTINEL_WEBHOOK_SECRET', 'hunter2'],
  ])('%s=%s is refused in one line that does not repeat it', (variable, value) => {
    const message = refusal({ SENTINEL_WEBHOOK_URL: 'https://hooks.example', [variable]: value })
    expect(message).toMatch(new RegExp(`^${variable}[ =].*must [^\\n]+$`))
    expect(message).not.toContain('hunter2')
  })

  test('the webhook of an Alertmanager must lead to its API', () => {
    const environment = {
      SENTINEL_WEBHOOK_FORMAT: 'alertmanager',
      SENTINEL_WEBHOOK_URL: 'http://alertmanager:9093',
    }
    expect(refusal(environment)).toContain('SENTINEL_WEBHOOK_URL must end in /api/v2/alerts')
  })

  test('a forest from a file is compared with the plain window, and with no other baseline', () => {
    const SENTINEL_FOREST = 'forests/mine.bin'
    const config = loadConfig({ SENTINEL_FOREST })
    expect([config.forestFile, config.detector.baseline]).toEqual([SENTINEL_FOREST, 'window'])
    expect(loadConfig({ SENTINEL_FOREST, SENTINEL_BASELINE: 'window' })).toEqual(config)
    expect(refusal({ SENTINEL_FOREST, SENTINEL_BASELINE: ' guarded ' })).toBe(
      'SENTINEL_BASELINE=" guarded " cannot be used: it must be window, or left out, where SENTINEL_FOREST is set',
    )
    expect(loadConfig({ SENTINEL_FOREST: '', SENTINEL_BASELINE: 'guarded' }).forestFile).toBeNull()
  })

  test('settings that do not fit each other are refused, even when one is a default', () => {
    expect(refusal({ SENTINEL_HISTORY_MAX: '20' })).toBe(
      'SENTINEL_MIN_SAMPLES=50 (the default) cannot be used: it must be a whole number from 2 to SENTINEL_HISTORY_MAX, which is 20',
    )
    expect(loadConfig({ SENTINEL_HISTORY_MAX: '20', SENTINEL_MIN_SAMPLES: '20' }).detector.minSamples).toBe(
      20,
    )
  })
})

describe('the address to listen on', () => {
  const TOKEN = { SENTINEL_API_TOKEN: 'correct-horse' }

  test.each(['127.0.0.1', '127.8.8.8', '::1', '[::1]', 'localhost', 'LOCALHOST'])(
    '%s is loopback and needs no token',
    (host) => {
      expect(loadConfig({ SENTINEL_HOST: host }).access.unauthenticated).toBe(false)
    },
  )

  test.each([
    '0.0.0.0',
    '::',
    '192.168.0.7',
    '10.0.0.1',
    'sentinel.internal',
    '::ffff:10.0.0.1',
    '128.0.0.1',
  ])('%s is refused without a token, and taken with one or with a word that it is meant', (host) => {
    expect(refusal({ SENTINEL_HOST: host })).toBe(
      `SENTINEL_HOST="${host}" cannot be used without a token, because others than this machine reach it: ` +
        'set SENTINEL_API_TOKEN, or SENTINEL_ALLOW_UNAUTHENTICATED=true if something else keeps them out',
    )
    expect(loadConfig({ SENTINEL_HOST: host, ...TOKEN }).access.unauthenticated).toBe(false)
    const meant = loadConfig({ SENTINEL_HOST: host, SENTINEL_ALLOW_UNAUTHENTICATED: 'true' })
    expect(meant.access.unauthenticated).toBe(true)
  })

  test('the second listener is under the same rule, when there is one', () => {
    const admin = { SENTINEL_ADMIN_HOST: '0.0.0.0' }
    expect(loadConfig(admin).admin.port).toBe(null)
    expect(refusal({ ...admin, SENTINEL_ADMIN_PORT: '9100' })).toContain('SENTINEL_ADMIN_HOST="0.0.0.0"')
    expect(loadConfig({ ...admin, SENTINEL_ADMIN_PORT: '9100', ...TOKEN }).admin.port).toBe(9100)
  })
})

describe('lists', () => {
  test('are separated by commas, with or without spaces', () => {
    const { access } = loadConfig({
      SENTINEL_API_TOKEN: 'old-token, new-token',
      SENTINEL_ALLOWED_HOSTS: 'Sentinel.internal,sentinel:8000 , [fd00::1], 10.0.0.9',
      SENTINEL_CORS_ORIGINS: 'https://a.example, http://localhost:3000',
      SENTINEL_RATE_LIMIT: '5',
      SENTINEL_TRUST_PROXY: '10.0.0.0/8, fd00::1',
    })
    expect(access).toEqual({
      tokens: ['old-token', 'new-token'],
      unauthenticated: false,
      allowedHosts: ['sentinel.internal', 'sentinel:8000', '[fd00::1]', '10.0.0.9'],
      corsOrigins: ['https://a.example', 'http://localhost:3000'],
      trustedProxies: ['10.0.0.0/8', 'fd00::1'],
    })
  })

  test.each([
    ['SENTINEL_ALLOWED_HOSTS', 'a b'],
    ['SENTINEL_ALLOWED_HOSTS', 'a,*'],
    ['SENTINEL_ALLOWED_HOSTS', 'http://a'],
    ['SENTINEL_CORS_ORIGINS', '*'],
    ['SENTINEL_CORS_ORIGINS', 'https://a.example/'],
    ['SENTINEL_CORS_ORIGINS', 'null'],
    ['SENTINEL_CORS_ORIGINS', 'a.example'],
    ['SENTINEL_TRUST_PROXY', 'true'],
    ['SENTINEL_TRUST_PROXY', '10.0.0.0/33'],
    ['SENTINEL_TRUST_PROXY', '10.0.0.1, proxy.lan'],
  ])('%s=%s is refused', (variable, value) => {
    expect(refusal({ SENTINEL_RATE_LIMIT: '5', [variable]: value })).toContain(
      `${variable}="${value}" cannot be used`,
    )
  })

  test.each(['two words', 'good,,good', 'good,', 'gr\u00fcn'])(
    'the token list %j is refused unseen',
    (tokens) => {
      const message = refusal({ SENTINEL_API_TOKEN: tokens })
      expect(message).toBe(
        'SENTINEL_API_TOKEN="…" cannot be used: it must be one or more tokens of visible ASCII characters, separated by commas',
      )
    },
  )
})

describe('what other programs put into the environment', () => {
  test.each([
    ['SENTINEL_PORT', '"8001"'],
    ['SENTINEL_HOST', "'127.0.0.1'"],
    ['SENTINEL_STATE_DIR', '"/var/lib/sentinel"'],
    ['SENTINEL_FEATURES', `'{"latency":{"direction":"high"}}'`],
    ['SENTINEL_ALLOWED_HOSTS', 'a.example, "b.example"'],
    ['SENTINEL_LOG_LEVEL', '"debug"'],
    ['SENTINEL_CONTAMINATION', '"auto"'],
    ['OLLAMA_HOST', '"http://localhost:11434"'],
    ['OLLAMA_MODEL', "'llama2'"],
  ])('%s=%s is refused for its quotes', (variable, value) => {
    const message = refusal({ [variable]: value })
    expect(message).toContain(
      `${variable}=${JSON.stringify(value)} cannot be used: the quotes are part of it`,
    )
    expect(message).toContain('docker --env-file')
  })

  test.each([
    ['SENTINEL_API_TOKEN', '"a-secret-of-mine"'],
    ['SENTINEL_API_TOKEN', 'one-of-two,"a-secret-of-mine"'],
    ['SENTINEL_WEBHOOK_SECRET', '"a-secret-of-mine-too"'],
    ['SENTINEL_WEBHOOK_URL', '"https://hooks.example/a-secret-of-mine"'],
  ])('%s=%s is refused for its quotes, unseen', (variable, value) => {
    const message = refusal({ SENTINEL_WEBHOOK_URL: 'https://hooks.example', [variable]: value })
    expect(message).toContain(`${variable}="…" cannot be used: the quotes are part of it`)
    expect(message).not.toContain('secret-of')
  })

  test.each(['{"latency":{"direction":"high"}}', '{}'])('the quotes within %s are JSON', (value) => {
    expect(loadConfig({ SENTINEL_FEATURES: value }).ignored).toEqual([])
  })

  test.each([
    ['SENTINEL_PORT', 'tcp://10.0.0.1:8000', 'sentinel'],
    ['SENTINEL_ADMIN_PORT', 'tcp://10.0.0.1:9464', 'sentinel-admin'],
    ['SENTINEL_PORT', 'udp://[fd00::1]:8000', 'sentinel'],
  ])('%s=%s is said to be the link that it is', (variable, value, service) => {
    expect(refusal({ [variable]: value })).toBe(
      `${variable}="${value}" cannot be used: it is no setting but the link that Kubernetes makes of a Service called ` +
        `"${service}": set enableServiceLinks: false for the pod, or ${variable} itself`,
    )
  })

  test('the other links of a Service are no typing errors, and neither is the variable of the clients', () => {
    const links = {
      SENTINEL_SERVICE_HOST: '10.0.0.1',
      SENTINEL_SERVICE_PORT: '8000',
      SENTINEL_SERVICE_PORT_HTTP: '8000',
      SENTINEL_PORT_8000_TCP: 'tcp://10.0.0.1:8000',
      SENTINEL_PORT_8000_TCP_PROTO: 'tcp',
      SENTINEL_PORT_8000_TCP_PORT: '8000',
      SENTINEL_PORT_8000_TCP_ADDR: '10.0.0.1',
      SENTINEL_STAGING_PORT: 'tcp://10.0.0.2:8000',
    }
    expect(unknownVariables({ ...links, SENTINEL_URL: 'http://127.0.0.1:8000' })).toEqual([])
  })

  test.each([
    ['::', '::'],
    ['[::]', '::'],
    ['[::1]', '::1'],
    ['fd00::7', 'fd00::7'],
    ['[fd00::7]', 'fd00::7'],
  ])('SENTINEL_HOST and SENTINEL_ADMIN_HOST may be %s', (given, host) => {
    const { host: main, admin } = loadConfig({
      SENTINEL_HOST: given,
      SENTINEL_ADMIN_HOST: given,
      SENTINEL_ADMIN_PORT: '9464',
      SENTINEL_API_TOKEN: 'correct-horse',
    })
    expect([main, admin.host]).toEqual([host, host])
  })
})

describe('a value that cannot be used, where nothing uses it, does not stop the start:', () => {
  test.each<[string, string, Record<string, string>]>([
    ['OLLAMA_HOST', 'ftp://elsewhere', { SENTINEL_EXPLAIN: 'rules' }],
    ['OLLAMA_HOST', 'http://me:hunter2@localhost', { SENTINEL_EXPLAIN: 'rules' }],
    ['OLLAMA_HOST', '"http://localhost"', { SENTINEL_EXPLAIN: 'rules' }],
    ['SENTINEL_LLM_TIMEOUT_MS', '2s', { SENTINEL_EXPLAIN: 'rules' }],
    ['SENTINEL_WEBHOOK_FORMAT', 'teams', {}],
    ['SENTINEL_WEBHOOK_SECRET', 'short', {}],
    ['SENTINEL_WEBHOOK_TIMEOUT_MS', '5s', {}],
    ['SENTINEL_STATE_INTERVAL_MS', '1m', {}],
    ['SENTINEL_ADMIN_HOST', 'a b', {}],
    ['SENTINEL_TREES', '0', { SENTINEL_FOREST: 'forest.bin' }],
    ['SENTINEL_ALERT_RATE', '0', { SENTINEL_ALERTS: 'contamination' }],
    ['SENTINEL_TRUST_PROXY', 'proxy.lan', {}],
  ])('%s=%s with %o', (variable, value, others) => {
    expect(loadConfig({ ...others, [variable]: value })).toEqual({
      ...loadConfig(others),
      ignored: [variable],
    })
  })

  test.each<[string, string, Record<string, string>]>([
    ['OLLAMA_HOST', 'ftp://elsewhere', { SENTINEL_EXPLAIN: 'background' }],
    ['SENTINEL_WEBHOOK_FORMAT', 'teams', { SENTINEL_WEBHOOK_URL: 'https://hooks.example' }],
    ['SENTINEL_WEBHOOK_TIMEOUT_MS', '60001', { SENTINEL_WEBHOOK_URL: 'https://hooks.example' }],
    ['SENTINEL_STATE_INTERVAL_MS', '1m', { SENTINEL_STATE_DIR: '/tmp' }],
    ['SENTINEL_ADMIN_HOST', 'a b', { SENTINEL_ADMIN_PORT: '9464' }],
    ['SENTINEL_TREES', '0', {}],
  ])('but %s=%s with %o does', (variable, value, others) => {
    expect(refusal({ ...others, [variable]: value })).toMatch(new RegExp(`^${variable}[ =]`))
  })

  test('a window smaller than the default of what it must hold, where nothing is learnt', () => {
    const { detector } = loadConfig({ SENTINEL_FOREST: 'forest.bin', SENTINEL_HISTORY_MAX: '20' })
    expect(detector.minSamples).toBeLessThanOrEqual(detector.historyMax)
  })
})

test('a variable with our prefix that means nothing is noticed', () => {
  expect(unknownVariables({ SENTINEL_PORT: '1', SENTINEL_PROT: '1', OLLAMA_X: '1', PATH: '/' })).toEqual([
    'SENTINEL_PROT',
  ])
})

test('--help lists every variable with default, meaning and what is allowed', () => {
  const text = usage([])
  expect(text).toContain('SENTINEL_PORT=8000')
  expect(text).toContain('Allowed: a whole number from 0 to 65535 or off.')
  for (const name of ['SENTINEL_CONTAMINATION=0.1', 'OLLAMA_MODEL=llama2', 'SENTINEL_RULE_ERRORS=5']) {
    expect(text).toContain(name)
  }
})
