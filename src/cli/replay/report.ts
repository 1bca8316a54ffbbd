import type { Incident } from '../../alerts/incidents/incident.js'
import type { ReplayTally } from './tally.js'

/** All that a replay found, as `--format json` prints it. */
export function reportOf(tally: ReplayTally, incidents: readonly Incident[]) {
  const { records, rejected, alerted, actions, whatIf, labels, faults, firstMs, lastMs } = tally
  return {
    records,
    rejected,
    alerted,
    share_alerted: records === 0 ? 0 : alerted / records,
    actions,
    from: isoTime(firstMs),
    to: isoTime(lastMs),
    incidents,
    routes: [...tally.routes]
      .map(([route, counts]) => ({ route, ...counts }))
      .sort((a, b) => b.alerted - a.alerted || b.records - a.records),
    what_if: whatIf,
    labels:
      labels === null
        ? null
        : {
            labelled: labels.labelled,
            anomalies: labels.anomalies,
            precision: labels.precision,
            recall: labels.recall,
            auroc: labels.auroc,
            average_precision: labels.averagePrecision,
          },
    rejected_lines: faults,
  }
}

export type Report = ReturnType<typeof reportOf>

const ROUTES_SHOWN = 20
const INCIDENTS_SHOWN = 50
const RATE_DIGITS = 2

/** The same for people. */
export function reportText(report: Report): string {
  const { records, rejected, alerted, actions, from, to, incidents, routes, labels } = report
  const span = from === null || to === null ? '' : `, ${shortTime(from)} to ${shortTime(to)}`
  const lines = [
    `${count(records)} records judged, ${count(rejected)} rejected${span}`,
    `${count(alerted)} alerted (${share(alerted, records)}): ${actions.observe} observe, ${actions.throttle} throttle, ${actions.freeze} freeze`,
    '',
    incidents.length === 0
      ? 'No incident.'
      : `${count(incidents.length)} ${incidents.length === 1 ? 'incident' : 'incidents'}:`,
    ...incidents
      .slice(0, INCIDENTS_SHOWN)
      .map(
        (incident) =>
          `  ${shortTime(incident.opened)}  ${incident.action.padEnd(8)}  ${incidentText(incident)}`,
      ),
    ...further(incidents.length, INCIDENTS_SHOWN),
    '',
    'Routes, those with most alerts first:',
    ...routes
      .slice(0, ROUTES_SHOWN)
      .map(
        ({ route, ...counts }) =>
          `  ${count(counts.records).padStart(11)} records  ${count(counts.alerted).padStart(9)} alerted  ${share(counts.alerted, counts.records).padStart(7)}  ${route || '(no route)'}`,
      ),
    ...further(routes.length, ROUTES_SHOWN),
  ]
  if (report.what_if.length > 0) {
    lines.push('', 'By themselves, without incidents, there would be alerted:')
    for (const { rate, alerted: told } of report.what_if)
      lines.push(`  ${count(told).padStart(11)} (${share(told, records)}) at an alert rate of ${rate}`)
  }
  if (labels !== null) {
    lines.push(
      '',
      `${count(labels.anomalies)} of ${count(labels.labelled)} labelled records are anomalies:`,
      `  precision ${figure(labels.precision)}, recall ${figure(labels.recall)}, AUROC ${figure(labels.auroc)}, average precision ${figure(labels.average_precision)}`,
    )
  }
  if (report.rejected_lines.length > 0) {
    lines.push('', 'Rejected:')
    for (const { file, line, reason } of report.rejected_lines) lines.push(`  ${file}:${line}  ${reason}`)
    lines.push(...further(rejected, report.rejected_lines.length))
  }
  return `${lines.join('\n')}\n`
}

/** What an incident is, and of whom where entities are told apart. */
export function incidentText({ summary, entity }: Pick<Incident, 'summary' | 'entity'>): string {
  return entity == null ? summary : `${entity}: ${summary}`
}

function further(all: number, shown: number): string[] {
  return all > shown ? [`  and ${count(all - shown)} more`] : []
}

function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/** To the second, in UTC. */
function shortTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ')
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}

function share(part: number, whole: number): string {
  return whole === 0 ? '0%' : `${((100 * part) / whole).toFixed(RATE_DIGITS)}%`
}

function figure(number: number): string {
  return Number.isNaN(number) ? 'undefined' : number.toFixed(3)
}
