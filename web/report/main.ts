import { incidentText } from '../../src/cli/replay/report.js'
import type { PageData } from '../../src/cli/replay/report-page.js'
import { count, percent, routeLabel } from '../dashboard/words.js'
import { elementOf } from '../shared/page-elements.js'
import { showBesides } from './besides.js'
import { showStrip } from './strip.js'
import { showTable } from './table.js'
import { Timeline } from './timeline.js'

const { report, timeline } = JSON.parse(elementOf('data', HTMLScriptElement).text) as PageData

elementOf('span', HTMLElement).textContent =
  report.from === null || report.to === null
    ? 'The records do not say when they came.'
    : `${moment(report.from)} to ${moment(report.to)}`
showStrip(report)
if (timeline !== null) new Timeline(timeline)
else elementOf('timeline', HTMLElement).hidden = true
showTable(
  elementOf('incidents', HTMLTableElement),
  ['Opened', 'Action', 'Records', 'What happened'],
  report.incidents.map((incident) => [
    moment(incident.opened),
    incident.action,
    count(incident.records),
    incidentText(incident),
  ]),
  'No incident.',
)
showTable(
  elementOf('routes', HTMLTableElement),
  ['Route', 'Records', 'Alerts', 'Share'],
  report.routes.map(({ route, records, alerted }) => [
    routeLabel(route),
    count(records),
    count(alerted),
    percent(records === 0 ? 0 : alerted / records),
  ]),
  'No records.',
)
showBesides(report)

/** To the second, in UTC, as the report for terminals has it. */
function moment(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ')
}
