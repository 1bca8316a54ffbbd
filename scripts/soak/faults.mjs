// Loaded before the service (node --import): does to its disk and its trainer's thread what its parent asks for over the
// channel between them.
import fs from 'node:fs'
import { open } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import threads, { isMainThread } from 'node:worker_threads'

if (isMainThread && process.send !== undefined) {
  /** What every write to a disk fails with; null while they do not. */
  let disk = null
  const some = await open('/dev/null')
  const files = Object.getPrototypeOf(some)
  await some.close()
  for (const operation of ['writeFile', 'sync']) {
    const real = files[operation]
    files[operation] = async function (...args) {
      if (disk !== null) throw Object.assign(new Error(`${disk}: ${operation}`), { code: disk })
      return real.apply(this, args)
    }
  }

  const running = new Set()
  threads.Worker = class extends threads.Worker {
    constructor(...args) {
      super(...args)
      running.add(this)
      this.once('exit', () => running.delete(this))
    }
  }
  syncBuiltinESMExports()

  process.on('message', (order) => {
    if ('disk' in order) disk = order.disk
    if ('killThreads' in order) for (const thread of running) void thread.terminate()
    if ('vitals' in order)
      process.send({
        rssMiB: process.memoryUsage.rss() / 2 ** 20,
        openFiles: fs.readdirSync('/proc/self/fd').length,
        threads: running.size,
      })
  })
  process.channel?.unref()
  // A service must not outlive the soak that started it.
  process.on('disconnect', () => process.exit())
}
