import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Locked {
  readonly dev?: boolean
  readonly optional?: boolean
  readonly peer?: boolean
  readonly license?: string
}

/** What may come with a program that is given away under the MIT licence, without more than a notice. */
const ALLOWED = new Set(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0'])

const { packages } = JSON.parse(
  readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
) as { packages: Readonly<Record<string, Locked>> }
const installed = Object.entries(packages).filter(
  ([path, { dev, optional, peer }]) => path !== '' && !dev && !optional && !peer,
)

test('every package that the service is installed with has a licence that asks for no more than a notice', () => {
  expect(installed.length).toBeGreaterThan(20)
  const others = installed.filter(([, { license = '' }]) => !ALLOWED.has(license))
  expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([])
})
