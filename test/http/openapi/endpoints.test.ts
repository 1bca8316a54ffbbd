import { expect, test } from 'vitest'
import { usage } from '#sentinel/config/usage.js'
import { ENDPOINTS } from '#sentinel/http/openapi/endpoints.js'
import { metric, startApp } from '../subject.js'

test('the table of endpoints holds every route that is registered, and no other', async () => {
  // Every route is counted from the start, by its address and method; Fastify adds a HEAD route beside each GET.
  const counted = Object.keys(await metric(await startApp(), 'sentinel_requests_total'))
  const registered = counted.filter((labels) => !labels.includes('method="HEAD"'))
  const named = Object.values(ENDPOINTS).map(({ method, url }) => `{endpoint="${url}",method="${method}"}`)
  expect(registered.sort()).toEqual(named.sort())
})

test('--help lists every endpoint with its method and what it is for', () => {
  const lines = usage(Object.values(ENDPOINTS)).split('\n')
  for (const { method, url, summary } of Object.values(ENDPOINTS)) {
    const line = lines.find((each) => each.trim().startsWith(`${method} `) && each.includes(` ${url} `))
    expect(line).toContain(summary)
  }
})
