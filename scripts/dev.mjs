/**
 * npm run dev: builds and starts the service, and after every change to a source builds what the change concerns and
 * starts the service anew. While a build fails, the service that runs goes on.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, watch } from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** Steps of scripts/build.mjs by the folder of the change; the first that fits. The service runs unbundled. */
const CONCERNED = [
  ['assembly/', ['wasm', 'browser', 'playground']],
  ['web/', ['dashboard', 'playground']],
  ['src/http/pages/', ['docs']],
  // The limits of a forest's shape are a source of the modules, too.
  ['src/forest/', ['wasm', 'ts', 'browser', 'playground']],
  ['src/', ['ts']],
]
/** An editor writes a file more than once, and a checkout writes many. */
const QUIET_MS = 100

const cwd = fileURLToPath(new URL('..', import.meta.url))
const { scripts } = JSON.parse(readFileSync(`${cwd}package.json`, 'utf8'))
const [, ...start] = scripts.start.split(' ')
const node = (args) => spawn(process.execPath, args, { cwd, stdio: 'inherit' })

let service
async function restart() {
  if (service !== undefined && service.exitCode === null && service.signalCode === null) {
    service.kill()
    await once(service, 'exit')
  }
  service = node(start)
}

const concerned = new Set()
let working = false
async function work() {
  if (working) return
  working = true
  let failed = false
  while (concerned.size > 0 && !failed) {
    const steps = [...concerned]
    concerned.clear()
    const [code] = await once(node(['scripts/build.mjs', ...steps]), 'exit')
    failed = code !== 0 && concerned.size === 0
    if (code === 0) await restart()
    // What failed is done with the next change, whatever that concerns.
    else for (const step of steps) concerned.add(step)
  }
  watchFolders()
  working = false
}

let quiet
function note(path) {
  const [, steps] = CONCERNED.find(([prefix]) => path.startsWith(prefix))
  for (const step of steps) concerned.add(step)
  clearTimeout(quiet)
  quiet = setTimeout(work, QUIET_MS)
}

/** Folder by folder: Node 20 watches files recursively by their inode, and many editors write a file anew. */
const watched = new Set()
function watchFolders() {
  for (const top of ['assembly', 'web', 'src']) {
    const below = readdirSync(`${cwd}${top}`, { recursive: true, withFileTypes: true })
    const folders = below
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
    for (const folder of [join(cwd, top), ...folders]) {
      if (watched.has(folder)) continue
      watched.add(folder)
      const watcher = watch(folder, (_event, file) => note(relative(cwd, join(folder, file ?? ''))))
      watcher.on('error', () => watched.delete(folder))
    }
  }
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    service?.kill()
    process.exit()
  })
}

watchFolders()
concerned.add('service')
await work()
