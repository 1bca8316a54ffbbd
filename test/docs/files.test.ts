import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pages, proseOf, root } from './markdown.js'

/** A file of ours in a page's text: `http/app.ts`, `http/app.ts:buildApp`, `sentinel.ts:judge`. */
const NAMED = /`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjs)|[\w.-]+\.ts(?=:))(?::#?(\w+))?`/g
/** A folder of ours: `detector/baseline/`. */
const FOLDER = /`((?:[\w.-]+\/)+)`/g
/** Folders that a build makes, or whoever has the recorded data. */
const ELSEWHERE = /^(?:dist|lib|node_modules|data)\//

/** Pages shorten `src/http/app.ts` to `http/app.ts`. */
function find(page: string, path: string): string | undefined {
  return ['', 'src', dirname(page)].map((folder) => join(root, folder, path)).find((file) => existsSync(file))
}

/** Whether a line of the source begins with the declaration of a function, class, constant or member of that name. */
function declares(source: string, name: string): boolean {
  const words =
    '(?:(?:export|declare|async|static|readonly|private|get|function\\*?|class|interface|type|const|let) +)*'
  return new RegExp(`^ *${words}#?${name}[ (<:=;{?]`, 'm').test(source)
}

function faultOf(page: string, path: string, name: string | undefined): string | null {
  const file = find(page, path)
  if (file === undefined) return `there is no ${path}`
  return name === undefined || declares(readFileSync(file, 'utf8'), name)
    ? null
    : `${path} declares no ${name}`
}

describe('what a page names is there:', () => {
  it.each(pages())('files, and functions in them, in %s', (page) => {
    const named = [...proseOf(page).matchAll(NAMED)]
    expect(named.flatMap(([, path, name]) => faultOf(page, path as string, name) ?? [])).toEqual([])
  })

  it.each(pages())('folders, in %s', (page) => {
    const named = [...proseOf(page).matchAll(FOLDER)].map(([, path]) => path as string)
    expect(named.filter((path) => !ELSEWHERE.test(path) && find(page, path) === undefined)).toEqual([])
  })
})
