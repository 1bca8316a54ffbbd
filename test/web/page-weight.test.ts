import { readdir, stat } from 'node:fs/promises'
import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pageSecurityPlugin } from '#sentinel/http/plugins/page-security.js'
import { dashboardRoutes } from '#sentinel/http/routes/dashboard.js'

const LIMIT_BYTES = 120 * 1024
const FOLDER = new URL('../../dist/dashboard/', import.meta.url)

describe('the page at /', () => {
  const app = fastify()
  beforeAll(async () => {
    await app.register(pageSecurityPlugin)
    await app.register(dashboardRoutes)
  })
  afterAll(() => app.close())

  it('weighs less than 120 KiB with all its files, compressed', async () => {
    const files = (await readdir(FOLDER, { recursive: true })).filter((name) => name.endsWith('.br'))
    const sizes = await Promise.all(files.map(async (name) => (await stat(new URL(name, FOLDER))).size))
    expect(files.length).toBeGreaterThan(3)
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(LIMIT_BYTES)
  })

  it('has a policy that allows nothing but its own files, and all it names is there, packed or not', async () => {
    const page = await app.inject({ url: '/', headers: { 'accept-encoding': 'identity' } })
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-type']).toContain('text/html')
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("style-src 'self';")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i)
    const named = [...page.body.matchAll(/(?:src|href)="\.(\/dashboard\/[^"]+)"/g)].map(
      ([, path]) => path as string,
    )
    expect(named.length).toBeGreaterThan(3)
    for (const path of named) {
      const [packed, plain] = await Promise.all([
        app.inject({ url: path, headers: { 'accept-encoding': 'br' } }),
        app.inject({ url: path, headers: { 'accept-encoding': 'identity' } }),
      ])
      expect([path, packed.statusCode, plain.statusCode]).toEqual([path, 200, 200])
      expect(packed.headers['content-encoding']).toBe('br')
      expect(plain.headers['content-encoding']).toBe(undefined)
      if (path.includes('/assets/')) expect(packed.headers['cache-control']).toContain('immutable')
    }
  })

  it.each(['nothing.js', 'assets', '../index.js', '..%2findex.js', 'index.html.br', 'index.html%00'])(
    'has no %s',
    async (file) => {
      const { statusCode } = await app.inject(`/dashboard/${file}`)
      expect(statusCode).toBeGreaterThanOrEqual(400)
      expect(statusCode).toBeLessThan(500)
    },
  )
})
