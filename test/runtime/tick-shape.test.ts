import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

/** What a tick's object looks like to V8, before and after the collections that take unused hidden classes away. */
const SCRIPT = `
import { executionAsyncResource } from 'node:async_hooks'
import { keepTickShape, keptTicks } from '#sentinel/runtime/tick-shape.js'
const tick = () => new Promise((resolve) => process.nextTick(() => resolve(executionAsyncResource())))
keepTickShape()
await tick()
for (let i = 0; i < 3; i++) {
  await new Promise((resolve) => setTimeout(resolve, 5))
  gc()
}
const later = await tick()
const [kept] = keptTicks()
console.log(JSON.stringify({
  kept: keptTicks().length,
  fields: Object.keys(kept),
  same: %HaveSameMap(kept, later),
  fast: %HasFastProperties(later),
}))
`

test('the shape of tick objects outlives full collections', async () => {
  const flags = ['--expose-gc', '--allow-natives-syntax', '--input-type=module']
  const { stdout } = await run(process.execPath, [...flags, '--eval', SCRIPT])
  expect(JSON.parse(stdout)).toEqual({ kept: 1, fields: ['callback', 'args'], same: true, fast: true })
})
