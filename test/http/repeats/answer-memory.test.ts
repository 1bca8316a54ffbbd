import { expect, test } from 'vitest'
import { AnswerMemory, fingerprintOf } from '#sentinel/http/repeats/answer-memory.js'

function isRefused(memory: AnswerMemory<string>, body: string): boolean {
  try {
    memory.recall('key', fingerprintOf(body))
    return false
  } catch {
    return true
  }
}

test('of forty thousand other bodies none is taken for the one that a key came with', () => {
  const memory = new AnswerMemory<string>(1)
  memory.keep('key', fingerprintOf('the body'), 'answer', null)
  expect(memory.recall('key', fingerprintOf('the body'))?.answer).toBe('answer')
  const refused = Array.from({ length: 40_000 }, (_, n) => isRefused(memory, `body ${n}`))
  expect(refused.every(Boolean)).toBe(true)
})

test('what is asked for besides the body counts, too, and is not taken for a part of it', () => {
  const digests = [
    fingerprintOf('a'),
    fingerprintOf('a', 'true'),
    fingerprintOf('true', 'a'),
    fingerprintOf('["true"]\na'),
  ]
  expect(new Set(digests).size).toBe(4)
  expect(fingerprintOf('a', undefined)).not.toBe(fingerprintOf('a', 'null'))
})
