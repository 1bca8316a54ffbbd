import { expect, test } from 'vitest'
import {
  ESTABLISHED_ROWS,
  PROFILE_ROWS,
  RouteProfile,
} from '#sentinel/detector/guarded/routes/route-profile.js'
import { RouteProfiles } from '#sentinel/detector/guarded/routes/route-profiles.js'
import { settled } from '#sentinel/state/late.js'
import { finish } from '#sentinel/state/steps.js'

const letters = (i: number): string =>
  i.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] as string)

/** A record of a route comes, and is admitted. */
function use(profiles: RouteProfiles, name: string): void {
  const found = profiles.peek(name)
  profiles.count(found)
  const profile = found ?? profiles.admit(name)
  profile?.add(Float64Array.of(10, 10, 10), 0)
}

function established(profiles: RouteProfiles, names: readonly string[]): void {
  for (const name of names) for (let i = 0; i < ESTABLISHED_ROWS; i++) use(profiles, name)
  profiles.refresh()
}

test('any number of routes leave no more profiles and remembered names than are allowed', () => {
  const profiles = new RouteProfiles(100, 3)
  for (let i = 0; i < 300_000; i++) profiles.admit(profiles.nameOf(`/${letters(i)}`).own)
  expect(profiles.size).toBeLessThanOrEqual(100)
  expect(profiles.aliases).toBeLessThanOrEqual(400)
})

const rare = Array.from({ length: 100 }, (_, i) => `/rare-${letters(i)}`)

test.each([
  ['5,000 names that come once', 5000, 1],
  ['520 names that come twice', 520, 2],
  ['2,000 names that come five times', 2000, 5],
])('no route that is known goes for %s, though nobody asks for it meanwhile', (_, names, times) => {
  const profiles = new RouteProfiles(512, 3)
  established(profiles, rare)
  for (let time = 0; time < times; time++)
    for (let i = 0; i < names; i++) use(profiles, `/flood-${letters(i)}`)
  for (const name of rare) expect(profiles.scaleOf(name)?.name).toBe(name)
})

test('a new route earns a place among known ones that are no longer used', () => {
  const profiles = new RouteProfiles(100, 3)
  established(profiles, rare)
  for (let i = 0; i < 30_000; i++) {
    use(profiles, rare[i % 90] as string)
    if (i % 20 === 0) use(profiles, '/new')
  }
  profiles.refresh()
  expect(profiles.scaleOf('/new')?.name).toBe('/new')
  for (const name of rare.slice(0, 90)) expect(profiles.scaleOf(name)?.name).toBe(name)
})

test('a route is judged by what is generally called alike until its own records are enough', () => {
  const profiles = new RouteProfiles(100, 3)
  for (let i = 0; i < 2 * ESTABLISHED_ROWS; i++) {
    const { own, general } = profiles.nameOf(`/t/tenant${i % 2}/x`)
    use(profiles, own)
    profiles.share(own, general, Float64Array.of(10, 10, 10), 0)
  }
  profiles.refresh()
  expect(profiles.scaleOf('/t/tenant1/x')?.name).toBe('/t/tenant1/x')
  expect(profiles.scaleOf('/t/tenant2/x')?.name).toBe('/t/*/x')
  expect(profiles.scaleOf('/other/tenant2')).toBeNull()
})

test('what newcomers have shown, and what is known of names, outlives a restart', () => {
  const before = new RouteProfiles(10, 3)
  for (let i = 0; i < 300; i++) use(before, before.nameOf(`/users/${i % 150}/${letters(i)}`).own)
  const after = new RouteProfiles(10, 3)
  finish(after.restoring(settled(before.capture()), before.captureNewcomers()))
  for (let i = 0; i < 300; i++) {
    const raw = `/users/${i}/${letters(i % 40)}`
    expect(after.nameOf(raw)).toEqual(before.nameOf(raw))
    use(before, before.nameOf(raw).own)
    use(after, after.nameOf(raw).own)
  }
  expect(settled(after.capture())).toEqual(settled(before.capture()))
})

test('of more profiles than there is room for, the latest are restored', () => {
  const before = new RouteProfiles(100, 3)
  established(before, rare)
  const after = new RouteProfiles(10, 3)
  finish(after.restoring(settled(before.capture()), before.captureNewcomers()))
  expect(settled(after.capture())).toEqual(settled(before.capture()).slice(-10))
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
