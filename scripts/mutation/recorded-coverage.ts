/*
 * Set up before every test file of a mutation run (vitest.config.ts beside it): writes which parts of the built program
 * the file runs to the path that SENTINEL_RAN_PARTS names, where it names one.
 */
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import process from 'node:process'
import { afterAll } from 'vitest'
import type { RanScript } from './ran-parts.js'

const path = process.env.SENTINEL_RAN_PARTS
if (path !== undefined) {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  afterAll(() => {
    // A session with the thread that it is in answers at once.
    session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error !== null) throw error
      const ran: RanScript[] = answer.result
        .filter(({ url }) => url.includes('/dist/'))
        .map(({ url, functions }) => ({ url, ranges: functions.flatMap(({ ranges }) => ranges) }))
      writeFileSync(path, JSON.stringify(ran))
    })
  })
}
