import { expect, test } from 'vitest'
import { TILES } from '../../web/dashboard/panels/status-strip.js'
import { dashboard } from '../deploy/grafana-dashboard.js'

test('the first row of the dashboard for Grafana calls things what the strip at / calls them, in its order', () => {
  const [row, ...panels] = dashboard.panels
  const next = panels.findIndex(({ type }) => type === 'row')
  expect(row?.title).toBe('At a glance')
  const titles = panels.slice(0, next).map(({ title }) => title)
  expect(titles.slice(0, 6)).toEqual(TILES.slice(0, 6))
  // On the page the age stands below the generation, and whether the service is up is what the connection says.
  expect(titles.slice(6)).toEqual(['Age of the forest', 'Up'])
})
