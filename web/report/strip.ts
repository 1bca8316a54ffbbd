import type { Report } from '../../src/cli/replay/report.js'
import { count, percent } from '../dashboard/words.js'
import { created, elementOf } from '../shared/page-elements.js'

/** The figures that are looked at first. */
export function showStrip({ records, rejected, alerted, share_alerted, actions, incidents }: Report): void {
  const { observe, throttle, freeze } = actions
  const figures: [string, string][] = [
    ['Records', rejected === 0 ? count(records) : `${count(records)}, ${count(rejected)} rejected`],
    ['Alerts', `${count(alerted)} (${percent(share_alerted)})`],
    ['Observe, throttle, freeze', `${count(observe)}, ${count(throttle)}, ${count(freeze)}`],
    ['Incidents', count(incidents.length)],
  ]
  elementOf('strip', HTMLElement).append(
    ...figures.map(([name, value]) => {
      const figure = created('div')
      figure.append(created('dt', '', name), created('dd', '', value))
      return figure
    }),
  )
}
