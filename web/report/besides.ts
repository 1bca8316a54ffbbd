import type { Report } from '../../src/cli/replay/report.js'
import { count, percent } from '../dashboard/words.js'
import { created, elementOf } from '../shared/page-elements.js'

/** What was asked for besides, labels, and lines that are no records. */
export function showBesides({ records, what_if, labels, rejected_lines }: Report): void {
  const lines = [
    ...what_if.map(
      ({ rate, alerted }) =>
        `At an alert rate of ${rate} there would be ${count(alerted)} alerts (${percent(records === 0 ? 0 : alerted / records)}), incidents left out.`,
    ),
    ...(labels === null
      ? []
      : [
          `${count(labels.anomalies)} of ${count(labels.labelled)} labelled records are anomalies: precision ${figure(labels.precision)}, ` +
            `recall ${figure(labels.recall)}, AUROC ${figure(labels.auroc)}, average precision ${figure(labels.average_precision)}.`,
        ]),
    ...rejected_lines.map(({ file, line, reason }) => `${file}:${line}  ${reason}`),
  ]
  elementOf('besides', HTMLElement).append(...lines.map((line) => created('li', '', line)))
  elementOf('more', HTMLElement).hidden = lines.length === 0
}

/** What JSON has no number for is null by now. */
function figure(value: number | null): string {
  return value === null ? 'undefined' : value.toFixed(3)
}
