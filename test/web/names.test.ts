import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dashboard } from '../deploy/grafana-dashboard.js'

const strip = readFileSync(new URL('../../web/dashboard/panels/status-strip.ts', import.meta.url), 'utf8')

test('the first row of the dashboard for Grafana calls things what the page at / calls them', () => {
  const [row, ...panels] = dashboard.panels
  const next = panels.findIndex(({ type }) => type === 'row')
  expect(row?.title).toBe('At a glance')
  const titles = panels.slice(0, next).map(({ title }) => title)
  // On the page the age stands below the generation, and whether the service is up is what the connection says.
  expect(titles.slice(0, 6).every((title) => strip.includes(`'${title}'`))).toBe(true)
  expect(titles.slice(6)).toEqual(['Age of the forest', 'Up'])
})
