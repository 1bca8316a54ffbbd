import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { dashboard } from './grafana-dashboard.js'

const provisioned = (file: string): unknown =>
  parse(readFileSync(new URL(`../../deploy/grafana/provisioning/${file}`, import.meta.url), 'utf8'))

test('every panel but the headings says what it shows and asks something', () => {
  for (const { type, title, description, targets } of dashboard.panels) {
    if (type === 'row') continue
    expect([title, description]).toEqual([title, expect.stringMatching(/.{20}/)])
    expect([title, targets?.length]).not.toEqual([title, 0])
  }
})

test('panels have numbers of their own and do not lie on one another', () => {
  const { panels } = dashboard
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  for (const [i, a] of panels.entries()) {
    for (const b of panels.slice(i + 1)) {
      const apart =
        a.gridPos.x + a.gridPos.w <= b.gridPos.x ||
        b.gridPos.x + b.gridPos.w <= a.gridPos.x ||
        a.gridPos.y + a.gridPos.h <= b.gridPos.y ||
        b.gridPos.y + b.gridPos.h <= a.gridPos.y
      expect([a.title, b.title, apart]).toEqual([a.title, b.title, true])
    }
  }
})

test('queries use no variable that the dashboard does not declare', () => {
  const declared = new Set(dashboard.templating.list.map(({ name }) => name))
  const used = JSON.stringify(dashboard).match(/\$\{?(?!__)\w+/g) ?? []
  for (const variable of used) expect(declared).toContain(variable.replace(/^\$\{?/, ''))
  expect(used.length).toBeGreaterThan(20)
})

test('the data source and the dashboard are provisioned where Compose mounts them', () => {
  expect(provisioned('datasources/prometheus.yml')).toMatchObject({
    datasources: [{ type: 'prometheus', url: 'http://prometheus:9090', isDefault: true }],
  })
  expect(provisioned('dashboards/sentinel.yml')).toMatchObject({
    providers: [{ type: 'file', options: { path: '/etc/grafana/dashboards' } }],
  })
  const compose = readFileSync(new URL('../../deploy/docker-compose.sentinel.yml', import.meta.url), 'utf8')
  expect(compose).toContain('./grafana/dashboard.json:/etc/grafana/dashboards/sentinel.json:ro')
  expect(compose).toContain('./grafana/provisioning:/etc/grafana/provisioning:ro')
})
