import { readdir } from 'node:fs/promises'
import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pageSecurityPlugin } from '#sentinel/http/plugins/page-security.js'
import { playgroundRoutes } from '#sentinel/http/routes/playground.js'

describe('the service', () => {
  const app = fastify()
  beforeAll(async () => {
    await app.register(pageSecurityPlugin)
    await app.register(playgroundRoutes)
  })
  afterAll(() => app.close())

  it('leads from /playground to the page, by a relative address that survives a proxy', async () => {
    const { statusCode, headers } = await app.inject('/playground')
    expect([statusCode, headers.location]).toEqual([302, 'playground/'])
  })

  it('serves the page under a policy that allows WebAssembly and nothing from elsewhere', async () => {
    const { statusCode, headers, body } = await app.inject('/playground/')
    expect(statusCode).toBe(200)
    expect(headers['content-type']).toContain('text/html')
    expect(headers['content-security-policy']).toContain("script-src 'self' 'wasm-unsafe-eval';")
    expect(headers['content-security-policy']).not.toMatch(/'unsafe-eval'|'unsafe-inline'|https?:/)
    expect(headers['cache-control']).toBe('no-cache')
    expect(body).not.toMatch(/(src|href)="(https?:)?\/\//)
  })

  it('serves the modules as application/wasm, to be kept for good', async () => {
    const assets = await readdir(new URL('../../dist/playground/assets', import.meta.url))
    const modules = assets.filter((name) => name.endsWith('.wasm'))
    expect(modules).toHaveLength(2)
    for (const name of modules) {
      const { statusCode, headers } = await app.inject(`/playground/assets/${name}`)
      expect([statusCode, headers['content-type']]).toEqual([200, 'application/wasm'])
      expect(headers['cache-control']).toContain('immutable')
    }
  })

  it.each(['nothing.html', 'assets', '../index.js', '..%2findex.js', '%2e%2e/server.js', 'index.html%00'])(
    'has no %s',
    async (file) => {
      const { statusCode } = await app.inject(`/playground/${file}`)
      expect(statusCode).toBeGreaterThanOrEqual(400)
      expect(statusCode).toBeLessThan(500)
    },
  )
})
