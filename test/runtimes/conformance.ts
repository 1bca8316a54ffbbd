// What the library promises in every runtime, as one pure module: no test framework, nothing of the platform but
// crypto.subtle. It is given the library and hands back what held, and a digest of what was computed.

import type { ForestErrorCode, IsolationForest, WasmOptions } from '#sentinel/forest/index.js'
import { conformanceRows, N_FEATURES, SCIKIT_LEARN_FOREST, SCIKIT_LEARN_SCORES } from './conformance-data.js'

export type Library = typeof import('#sentinel/forest/index.js')

export interface ConformanceReport {
  /** Whether the memory of a forest made without options is shared. */
  readonly shared: boolean
  readonly results: readonly { readonly name: string; readonly failure: string | null }[]
  /** SHA-256, hexadecimal, of forest bytes, scores, contributions and confidences. */
  readonly digest: string
}

const ROWS = conformanceRows(1000, 42)
const OTHERS = [...conformanceRows(600, 7), [1e30, 0, 0], [-1e300, 1e300, -0]]

export async function runConformance(library: Library): Promise<ConformanceReport> {
  const { IsolationForest, ForestError } = library
  const results: { name: string; failure: string | null }[] = []
  const computed: Uint8Array<ArrayBuffer>[] = []
  const digestAlso = (numbers: Float64Array): void => {
    computed.push(new Uint8Array(numbers.slice().buffer))
  }
  const check = async (name: string, body: () => void | Promise<void>): Promise<void> => {
    try {
      await body()
      results.push({ name, failure: null })
    } catch (error) {
      results.push({ name, failure: String(error) })
    }
  }
  const create = (options: WasmOptions = {}): Promise<IsolationForest> =>
    IsolationForest.create({ nFeatures: N_FEATURES, ...options })
  const refuses = async (code: ForestErrorCode, body: () => unknown): Promise<void> => {
    try {
      await body()
    } catch (error) {
      must(error instanceof ForestError && error.code === code, `${code} expected, ${error} thrown`)
      return
    }
    throw new Error(`${code} expected, nothing thrown`)
  }

  const forest = (await create()).fit(ROWS)
  const bytes = forest.toBytes()
  const scores = forest.scoreBatch(OTHERS)
  computed.push(bytes)
  digestAlso(scores)

  await check('a fit marks the expected share of its rows', () => {
    const anomalies = forest.scoreBatch(ROWS).filter((score) => score > forest.threshold).length
    must(anomalies >= 95 && anomalies <= 100, `${anomalies} of 1000 at contamination 0.1`)
  })
  await check('a fit reports progress and gives the same forest', async () => {
    const reports: string[] = []
    const reporting = await create()
    reporting.fit(ROWS, { onProgress: (grown, of) => reports.push(`${grown}/${of}`) })
    must(reports[0] === '0/100' && reports.at(-1) === '100/100', reports.join())
    must(sameBytes(reporting.toBytes(), bytes), 'the bytes differ')
  })
  await check('a row alone scores the same bits as in a batch', () => {
    OTHERS.forEach((row, index) => {
      must(Object.is(forest.score(row), scores[index]), `row ${index}`)
    })
    must(
      scores.every((score) => score > 0 && score <= 1),
      'a score is not in (0, 1]',
    )
  })
  await check('contributions add up to the score', () => {
    for (const row of OTHERS.slice(0, 50)) {
      const { score, contributions } = forest.attribute(row)
      const bits = contributions.reduce((sum, bit) => sum + bit, -1)
      must(Object.is(score, forest.score(row)), 'attribute gives another score')
      must(Math.abs(2 ** bits - score) < 1e-12, `2^${bits} is not ${score}`)
      digestAlso(contributions)
    }
  })
  await check('a verdict has a confidence in [0, 1]', () => {
    const confidences = scores.map((score) => forest.confidence(score))
    must(
      confidences.every((confidence) => confidence >= 0 && confidence <= 1),
      confidences.join(),
    )
    digestAlso(confidences)
  })
  await check('bytes give the forest back', async () => {
    const back = await IsolationForest.fromBytes(bytes)
    must(sameBytes(back.toBytes(), bytes), 'the bytes differ')
    back.scoreBatch(OTHERS).forEach((score, index) => {
      must(Object.is(score, scores[index]), `row ${index}`)
    })
    must(Object.is(back.threshold, forest.threshold), 'the threshold differs')
  })
  await check('a forest of scikit-learn gives its scores', async () => {
    const imported = await IsolationForest.fromScikitLearn(SCIKIT_LEARN_FOREST)
    for (const { row, score } of SCIKIT_LEARN_SCORES) {
      must(Math.abs(imported.score(row) - score) < 1e-12, `${row}: ${imported.score(row)}, not ${score}`)
    }
    digestAlso(imported.scoreBatch(SCIKIT_LEARN_SCORES.map(({ row }) => row)))
  })
  await check('a compiled module and a memory of the caller are used', async () => {
    const other = (await create({ wasm: forest.arena.module })).fit(ROWS)
    must(other.arena.module === forest.arena.module, 'the module was compiled again')
    must(sameBytes(other.toBytes(), bytes), 'the bytes differ')
    const memory = new WebAssembly.Memory({ initial: 1 })
    const plain = (await create({ memory })).fit(ROWS)
    must(plain.arena.memory === memory && !plain.arena.shared, 'another memory is in use')
    must(sameBytes(plain.toBytes(), bytes), 'the bytes differ')
  })
  await check('what is wrong is refused with its code', async () => {
    await refuses('FOREST_BAD_OPTION', () => IsolationForest.create({ nFeatures: 0 }))
    await refuses('FOREST_NOT_FITTED', async () => (await create()).score([1, 2, 3]))
    await refuses('FOREST_BAD_ROW', () => forest.score([1, 2]))
    await refuses('FOREST_BAD_ROW', () => forest.score([1, Number.NaN, 3]))
    await refuses('FOREST_BAD_BYTES', () => IsolationForest.fromBytes(bytes.slice(0, -1)))
    await refuses('FOREST_BAD_DOCUMENT', () =>
      IsolationForest.fromScikitLearn({ ...SCIKIT_LEARN_FOREST, offset: Number.NaN }),
    )
    await refuses('FOREST_TOO_MANY_ROWS', async () => {
      const small = await IsolationForest.create({ nFeatures: N_FEATURES, maxRows: 10 })
      small.fit(ROWS)
    })
    await refuses('FOREST_NO_WASM', () => create({ wasm: new Uint8Array([0, 97, 115, 109]) }))
  })
  return { shared: forest.arena.shared, results, digest: await digestOf(computed) }
}

function must(holds: boolean, reason: string): void {
  if (!holds) throw new Error(reason)
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}

async function digestOf(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<string> {
  const bytes = await new Blob([...parts]).arrayBuffer()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
