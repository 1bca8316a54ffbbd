// The measures that a replay reports, too.
export { auroc, averagePrecision } from '../../src/cli/replay/ranking.js'
