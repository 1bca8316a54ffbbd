import { expect, test } from 'vitest'
import { captureAll, restoreAll, StateError, type StateSection } from '#sentinel/state/section.js'

function sectionOf(name: string): StateSection & { restored: unknown[] } {
  const restored: unknown[] = []
  return { name, restored, capture: () => name, restore: (value) => void restored.push(value) }
}

test('each section gets its own back, and one that the state lacks keeps what it has', () => {
  const [one, other] = [sectionOf('one'), sectionOf('other')]
  restoreAll([one, other], captureAll([other]) as Parameters<typeof restoreAll>[1])
  expect([one.restored, other.restored]).toEqual([[], ['other']])
})

test.each([null, 1, 'text'])('a state that is %j is refused for what it is', (state) => {
  expect(() => restoreAll([sectionOf('one')], state)).toThrow(StateError)
})
