import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writeGeneratedBlock } from '../scripts/docs/generated-block.js'
import type { CalibrationFigures } from './calibration.js'
import type { ForestFigures } from './forest.js'
import type { Results } from './goal.js'
import type { HttpSeries } from './http.js'
import type { PeerFigures } from './peers.js'
import { calibrationPicture } from './pictures/calibration.js'
import { growthPicture } from './pictures/growth.js'
import { headlinePicture } from './pictures/headline.js'
import { themes } from './pictures/svg.js'
import { costTable, fillsPages, goalTable } from './readme-section.js'

/** Where results and pictures go. */
export interface Places {
  results: string
  pictures: string
  /** The folder of the pages with tables of figures; null when they stay as they are. */
  pages: string | null
}

export const places: Places = {
  results: fileURLToPath(new URL('results/', import.meta.url)),
  pictures: fileURLToPath(new URL('../docs/pictures/', import.meta.url)),
  pages: fileURLToPath(new URL('../', import.meta.url)),
}

export function placesIn(folder: string): Places {
  return { results: `${folder}/`, pictures: `${folder}/`, pages: null }
}

/** Keeps what was measured and redraws all that shows it; gives the names of the files. */
export function publish(results: Results, into: Places): string[] {
  const { file, all } = keepResults(results, into)
  return [file, ...drawPictures(all, into), ...fillPages(all, into)]
}

/** Brings the tables of the pages up to date, once every part that they show was measured on one day. */
function fillPages(results: Results, { pages }: Places): string[] {
  if (pages === null || !fillsPages(results)) return []
  const readme = `${pages}README.md`
  writeGeneratedBlock(readme, 'costs', costTable(results))
  const goals = `${pages}bench/README.md`
  writeGeneratedBlock(goals, 'goals', goalTable(results))
  return [readme, goals]
}

/** Writes `<date>.json`; parts that ran alone join those that ran before on the same day and machine. */
function keepResults(results: Results, { results: folder }: Places): { file: string; all: Results } {
  mkdirSync(folder, { recursive: true })
  const file = `${folder}${results.machine.date}.json`
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : null
  const same = before?.machine.cpu === results.machine.cpu && before.machine.node === results.machine.node
  const all = { ...results, parts: { ...(same ? before.parts : {}), ...results.parts } }
  writeFileSync(file, `${JSON.stringify(all, shortened, 1)}\n`)
  return { file, all }
}

/** Redraws what the parts that ran can show, for light and dark pages. */
function drawPictures({ machine, parts }: Results, { pictures: folder }: Places): string[] {
  mkdirSync(folder, { recursive: true })
  const footing = `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.date}`
  const forest = parts.forest?.figures as ForestFigures | undefined
  const peers = parts.peers?.figures as PeerFigures[] | undefined
  const calibration = parts.calibration?.figures as CalibrationFigures | undefined
  const http = parts.http?.figures as HttpSeries[] | undefined
  const drawn: string[] = []
  for (const theme of themes) {
    const keep = (name: string, svg: string) => {
      drawn.push(`${folder}${name}-${theme.name}.svg`)
      writeFileSync(drawn.at(-1) as string, svg)
    }
    if (forest || http) {
      const single = forest?.single
      keep(
        'benchmarks',
        headlinePicture(
          { ...(single && { single }), ...(peers && { peers }), ...(http && { http }), footing },
          theme,
        ),
      )
    }
    if (calibration) keep('calibration', calibrationPicture(calibration.lines, footing, theme))
    if (forest) keep('growth', growthPicture(forest.growth, footing, theme))
  }
  return drawn
}

/** Six digits are more than any figure here is worth. */
function shortened(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value
}
