import { expect, test } from 'vitest'
import { forestPageHelmet } from '#sentinel/http/plugins/page-security.js'
import { analyze, NORMAL, startApp } from './subject.js'

/** A policy by its directives. */
function policyOf(header: unknown): Record<string, string> {
  return Object.fromEntries(
    String(header)
      .split(';')
      .map((directive) => directive.trim())
      .map((directive) => [directive.split(' ', 1)[0] ?? '', directive.slice(directive.indexOf(' ') + 1)]),
  )
}

test.each(['/docs', '/redoc'])('%s may run its own scripts and nothing else', async (path) => {
  const { headers, body } = await (await startApp()).inject(path)
  const policy = policyOf(headers['content-security-policy'])
  expect(policy).toMatchObject({
    'default-src': "'none'",
    'script-src': "'self'",
    'connect-src': "'self'",
    'worker-src': "'self' blob:",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  })
  // What the policy forbids, the page must not need.
  expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|javascript:/i)
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['x-frame-options']).toBe('SAMEORIGIN')
  expect(headers['referrer-policy']).toBe('no-referrer')
  expect(headers).not.toHaveProperty('strict-transport-security')
  expect(headers).not.toHaveProperty('x-powered-by')
})

test('a page that runs the forest may compile WebAssembly, start workers and share memory, but not eval', () => {
  const { contentSecurityPolicy, crossOriginEmbedderPolicy } = forestPageHelmet
  expect(contentSecurityPolicy.directives['script-src']).toEqual(["'self'", "'wasm-unsafe-eval'"])
  expect(contentSecurityPolicy.directives['worker-src']).toEqual(["'self'"])
  expect(crossOriginEmbedderPolicy).toEqual({ policy: 'require-corp' })
})

test.each(['/health', '/metrics', '/anomalies', '/openapi.json'])(
  '%s is no page and may load nothing',
  async (path) => {
    const { headers } = await (await startApp()).inject(path)
    expect(policyOf(headers['content-security-policy'])['default-src']).toBe("'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
  },
)

test('verdicts and refusals are not to be sniffed', async () => {
  const app = await startApp()
  expect((await analyze(app, NORMAL)).headers['x-content-type-options']).toBe('nosniff')
  expect((await analyze(app, {})).headers['x-content-type-options']).toBe('nosniff')
  expect((await app.inject('/nowhere')).headers['x-content-type-options']).toBe('nosniff')
})
