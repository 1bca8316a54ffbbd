import { describe, expect, it } from 'vitest'
import { idBound, isTimeId, TimeIds } from '#sentinel/text/time-id.js'

describe('ids by time', () => {
  it('sort in the order they were given, through a clock that goes back and more than one sequence', () => {
    const ids = new TimeIds()
    const given = [5, 5, 3, 9].map((ms) => ids.next(ms))
    for (let i = 0; i < 70_000; i++) given.push(ids.next(9))
    expect(given.toSorted()).toEqual(given)
    expect(new Set(given).size).toBe(given.length)
    expect(given.every(isTimeId)).toBe(true)
  })

  it('are bounded by times', () => {
    expect(new TimeIds().next(1_000.7)).toBe('000000003e8-0000')
    const id = new TimeIds().next(1_000)
    expect(id > idBound(1_000)).toBe(true)
    expect(id < idBound(1_001)).toBe(true)
    expect(idBound(-1)).toBe('00000000000')
    expect(idBound(1e300)).toBe('fffffffffff')
  })

  it('go on after the later of those that they are told of', () => {
    const ids = new TimeIds()
    const last = ids.next(1_000)
    ids.continueAfter('000000003e7-ffff')
    ids.continueAfter('000000003e8-0007')
    ids.continueAfter(last)
    expect(ids.next(5)).toBe('000000003e8-0008')
  })
})
