import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { TimelineColumns } from '../../activity/timeline-columns.js'
import type { AdaptiveTimeline } from './adaptive-timeline.js'
import type { Report } from './report.js'

const PAGE = fileURLToPath(new URL('report.html', import.meta.url))
/** Where the page has what it shows. */
const PLACE = '"replay-report"'

/** What the page is given. */
export interface PageData {
  readonly report: Report
  readonly timeline: TimelineColumns | null
}

/** The report as one file of HTML that loads nothing from elsewhere. */
export async function reportPage(report: Report, timeline: AdaptiveTimeline | null): Promise<string> {
  const page = await readFile(PAGE, 'utf8')
  const data: PageData = { report, timeline: report.records === 0 ? null : (timeline?.columns() ?? null) }
  // As JSON in a script it must not end that script, whatever a route is called.
  return page.replace(PLACE, () => JSON.stringify(data).replaceAll('<', '\\u003c'))
}
