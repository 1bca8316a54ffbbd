import type { Verdict } from '../detector/verdict.js'
import type { Detail } from './detail.js'

/** What is said of a record beside the forest's verdict. */
export type AlertDetail = Pick<Detail, 'p' | 'alert' | 'incident'>

/** @param alert what is said beside; without it, that nobody was told */
export function detailOf(verdict: Verdict, alert: Partial<AlertDetail> = {}): Detail {
  const { score, confidence, threshold, generation, detector } = verdict
  return {
    score,
    confidence,
    threshold,
    generation,
    detector,
    fitted_rows: verdict.fittedRows,
    contributions: [...verdict.contributions],
    exceeded: [...verdict.exceeded],
    p: alert.p ?? null,
    alert: alert.alert ?? 'none',
    incident: alert.incident ?? null,
    ...(verdict.model === undefined ? {} : { model: verdict.model }),
  }
}
