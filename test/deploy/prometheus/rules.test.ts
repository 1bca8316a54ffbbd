import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { hasTool, skipped } from '../tool.js'
import { PROMETHEUS_FOLDER, readRules } from './rule-files.js'

interface AlertTest {
  readonly alertname: string
  readonly exp_alerts: readonly unknown[]
}

const found = hasTool('promtool', { installedByCi: true })
const promtool = (...args: string[]): string =>
  execFileSync('promtool', args, { cwd: PROMETHEUS_FOLDER, encoding: 'utf8', stdio: 'pipe' })

const alerts = readRules('alerts.yml')

test.skipIf(!found)(`promtool accepts rules and configuration${skipped('promtool', found)}`, () => {
  expect(promtool('check', 'rules', 'recording.yml', 'alerts.yml')).not.toContain('FAILED')
  expect(promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS')
})

test.skipIf(!found)(`every alert fires and is silent when it should${skipped('promtool', found)}`, () => {
  expect(promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS')
})

test('no alert is without a case in which it fires and one in which it is silent', () => {
  const { tests } = parse(readFileSync(`${PROMETHEUS_FOLDER}alerts.test.yml`, 'utf8')) as {
    tests: { alert_rule_test: AlertTest[] }[]
  }
  const cases = tests.flatMap(({ alert_rule_test }) => alert_rule_test)
  const seen = (fires: boolean) =>
    new Set(
      cases.filter(({ exp_alerts }) => exp_alerts.length > 0 === fires).map(({ alertname }) => alertname),
    )
  const names = new Set(alerts.map(({ alert }) => alert))
  expect(seen(true)).toEqual(names)
  expect(seen(false)).toEqual(names)
})

test('every alert has its part in the runbook, under the heading that it links to', () => {
  const runbook = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8')
  for (const { alert, annotations } of alerts) {
    expect(annotations?.runbook).toBe(`docs/operations.md#${alert?.toLowerCase()}`)
    expect(runbook).toContain(`\n### ${alert}\n`)
  }
})
