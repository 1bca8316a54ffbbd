import type { ProveOptions } from './options.js'
import type { Caught, Proof, RouteProof } from './proof.js'

/** All that was proven, as `--format json` prints it. */
export function proofReport(proof: Proof, { requirements, maxAlerts }: ProveOptions) {
  const { all, routes, rejected } = proof
  const checks = requirements.map(({ alteration, share }) => {
    const reached = shareOf(all.caught.get(alteration.name) as Caught)
    return {
      requirement: `${alteration.name} >= ${share}`,
      reached,
      met: reached !== null && reached >= share,
    }
  })
  if (maxAlerts !== null) {
    const reached = all.records === 0 ? 0 : all.alerted / all.records
    checks.push({ requirement: `alerts <= ${maxAlerts}`, reached, met: reached <= maxAlerts })
  }
  return {
    rejected,
    ...figuresOf(all),
    routes: [...routes]
      .map(([route, each]) => ({ route, ...figuresOf(each) }))
      .sort((a, b) => b.records - a.records),
    requirements: checks,
  }
}

export type ProofReport = ReturnType<typeof proofReport>

function figuresOf({ records, alerted, caught }: RouteProof) {
  const shares = [...caught].map(([name, count]) => [name, { ...count, share: shareOf(count) }] as const)
  return { records, alerted, caught: Object.fromEntries(shares) }
}

/** Null where none was tried. */
function shareOf({ tried, caught }: Caught): number | null {
  return tried === 0 ? null : caught / tried
}

const ROUTES_SHOWN = 20
const ROUTE_WIDTH = 32

/** The same for people: a line for all traffic and each route, a column for each change. */
export function proofText(report: ProofReport): string {
  const names = Object.keys(report.caught)
  const row = (cells: readonly string[], route: string) =>
    `${route.slice(0, ROUTE_WIDTH).padEnd(ROUTE_WIDTH)}  ${cells.map((cell, i) => cell.padStart(widthOf(names, i))).join('  ')}`.trimEnd()
  const line = (
    route: string,
    { records, alerted, caught }: Pick<ProofReport, 'records' | 'alerted' | 'caught'>,
  ) =>
    row(
      [
        records.toLocaleString('en-US'),
        records === 0 ? '' : ((1000 * alerted) / records).toFixed(1),
        ...names.map((name) => percent(caught[name]?.share ?? null)),
      ],
      route,
    )
  const lines = [
    `Share of altered records that somebody would be told of, beside the alerts of this traffic in a thousand records`,
    '',
    row(['records', 'alerts', ...names], ''),
    line('all', report),
    ...report.routes.slice(0, ROUTES_SHOWN).map(({ route, ...each }) => line(route || '(no route)', each)),
  ]
  if (report.routes.length > ROUTES_SHOWN)
    lines.push(`and ${report.routes.length - ROUTES_SHOWN} more routes`)
  if (report.rejected > 0)
    lines.push('', `${report.rejected} lines are no records; codeflow-sentinel replay says why`)
  if (report.requirements.length > 0) lines.push('')
  for (const { requirement, reached, met } of report.requirements)
    lines.push(
      `${met ? 'met   ' : 'MISSED'}  ${requirement}: ${reached === null ? 'none was tried' : Number(reached.toPrecision(3))}`,
    )
  return `${lines.join('\n')}\n`
}

function widthOf(names: readonly string[], column: number): number {
  return Math.max(9, names[column - 2]?.length ?? 0)
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(100 * share).toFixed(1)}%`
}
