import { describe, expect, it } from 'vitest'
import { adbenchFolder, adbenchIsThere, adbenchSets, readAdbench } from '../../made-up/adbench.js'
import { auroc } from '../../made-up/trial/ranking.js'
import { builds, createForest } from './builds.js'

const SEEDS = [1, 2, 3, 4, 5]
const there = adbenchIsThere()
const plain = builds[0]

if (!there) console.warn(`accuracy on the ADBench data sets: skipped, ${adbenchFolder} is not there`)

describe.skipIf(!there)('accuracy on the ADBench data sets', () => {
  it.each(adbenchSets)(
    '$name: mean AUROC within two standard deviations of scikit-learn',
    async ({ name, auroc: reference }) => {
      if (!plain) throw new Error('there is no build')
      const { rows, nFeatures, labels } = readAdbench(name)
      let sum = 0
      for (const seed of SEEDS) {
        const forest = await createForest(plain, { nFeatures, seed, maxRows: rows.nRows })
        sum += auroc(forest.fit(rows).scoreBatch(rows), labels)
      }
      const mean = sum / SEEDS.length
      expect(mean).toBeGreaterThanOrEqual(reference.mean - 2 * reference.sd)
      expect(mean).toBeLessThanOrEqual(reference.mean + 2 * reference.sd)
    },
  )
})
