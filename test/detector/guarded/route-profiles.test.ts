import { expect, test } from 'vitest'
import { ESTABLISHED_ROWS, PROFILE_ROWS, RouteProfile } from '#sentinel/detector/guarded/route-profile.js'
import { RouteProfiles } from '#sentinel/detector/guarded/route-profiles.js'

test('a million routes leave as many profiles and remembered names as are allowed', () => {
  const profiles = new RouteProfiles(100, 3)
  for (let i = 0; i < 1_000_000; i++) {
    const letters = i.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] as string)
    profiles.findOrCreate(profiles.nameOf(`/${letters}`))
  }
  expect(profiles.size).toBe(100)
  expect(profiles.aliases).toBeLessThanOrEqual(400)
})

test('a route that is in use stays while a flood of new ones passes', () => {
  const profiles = new RouteProfiles(10, 1)
  const kept = profiles.findOrCreate('/kept')
  for (let i = 0; i < 1000; i++) {
    profiles.find('/kept')
    profiles.findOrCreate(`/flood-${i}`)
  }
  expect(profiles.peek('/kept')).toBe(kept)
})

test('a profile counts from 16 records on and follows the last 128', () => {
  const profile = new RouteProfile('/a', 1)
  for (let i = 1; i < ESTABLISHED_ROWS; i++) profile.add(Float64Array.of(10), 0)
  profile.refresh()
  expect(profile.established).toBe(false)
  profile.add(Float64Array.of(10), 0)
  profile.refresh()
  expect(profile.established).toBe(true)
  expect(profile.median[0]).toBe(10)
  for (let i = 0; i < PROFILE_ROWS; i++) profile.add(Float64Array.of(500), 0)
  profile.refresh()
  expect(profile.median[0]).toBe(500)
  expect(profile.size).toBe(PROFILE_ROWS)
})

test('a quarter of wild records moves the centre by less than a spread', () => {
  const profile = new RouteProfile('/a', 1)
  for (let i = 0; i < PROFILE_ROWS; i++) profile.add(Float64Array.of(i % 4 === 0 ? 1e6 : 100 + (i % 7)), 0)
  profile.refresh()
  expect(profile.median[0]).toBeLessThan(107)
})
