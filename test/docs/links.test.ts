import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { anchorsOf, pages, proseOf, root, targetsOf } from './markdown.js'

/** What is wrong with a link on a page; null when it leads somewhere, or out of the repository. */
function faultOf(page: string, target: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return null
  const [path = '', anchor] = target.split('#', 2)
  const file = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)))
  if (file.startsWith('..')) return `${target} leads out of the repository`
  if (!existsSync(join(root, file))) return `${target}: there is no ${file}`
  if (anchor === undefined) return null
  if (!file.endsWith('.md')) return `${target}: only pages have anchors`
  return anchorsOf(proseOf(file)).includes(anchor) ? null : `${target}: ${file} has no such heading`
}

describe('every link and picture leads somewhere', () => {
  it.each(pages())('in %s', (page) => {
    expect(targetsOf(proseOf(page)).flatMap((target) => faultOf(page, target) ?? [])).toEqual([])
  })
})

test('a missing file, picture or heading is found', () => {
  const prose =
    '[a](docs/none.md) ![b](none.svg) [c](README.md#none) <img src="gone.svg"> [d](https://x.example/)'
  expect(targetsOf(prose).map((target) => faultOf('README.md', target))).toEqual([
    expect.stringContaining('docs/none.md'),
    expect.stringContaining('none.svg'),
    expect.stringContaining('no such heading'),
    null,
    expect.stringContaining('gone.svg'),
  ])
})

test('headings are called as GitHub calls them', () => {
  const prose =
    '# The `GET /health` route\n## What a record costs?\n## Same\n## Same\n## [A link](x.md), twice\n'
  expect(anchorsOf(prose)).toEqual([
    'the-get-health-route',
    'what-a-record-costs',
    'same',
    'same-1',
    'a-link-twice',
  ])
})
