import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as bundle from '#sentinel/forest/bundle.js'

const source = new URL('../../src/', import.meta.url)

test('the bundle exports all that the service takes from the forest, for the package has the forest once', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.startsWith('forest/'),
  )
  const taken = files.flatMap((path) => {
    const text = readFileSync(new URL(path, source), 'utf8')
    const imports = text.matchAll(
      /^(?:import|export) \{([^}]*)\} from '(?:\.\.?\/)+forest\/(?!index)[\w-]+\.js'/gm,
    )
    return [...imports].flatMap(([, names = '']) =>
      names
        .split(',')
        .map((name) => name.trim().replace(/ as .*/, ''))
        .filter((name) => name !== '' && !name.startsWith('type ')),
    )
  })
  expect(taken.length).toBeGreaterThan(10)
  expect(taken.filter((name) => !Object.hasOwn(bundle, name))).toEqual([])
})
