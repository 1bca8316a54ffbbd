import { describe, expect, it, onTestFinished } from 'vitest'
import { corpusOf } from '../../scripts/fuzz/corpus.js'
import { closeTargets, TARGETS } from '../../scripts/fuzz/targets.js'

/** What fuzzing has found to run something new, and all that ever broke a reader. */
describe('what reads bytes from outside', () => {
  it.each(Object.entries(TARGETS))('refuses or reads all of the corpus: %s', async (name, { seeds, run }) => {
    onTestFinished(closeTargets)
    const inputs = corpusOf(name)
    expect(inputs.length).toBeGreaterThan(1)
    for (const input of [...inputs, ...seeds.map((seed) => Buffer.from(seed as string))]) await run(input)
  })
})
