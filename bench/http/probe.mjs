// Loaded before every server that is measured (node --import): answers its parent about CPU time, memory and the
// event loop, over the channel between them. All servers carry it alike.
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const RESOLUTION_MS = 2

/** Time of the thread that answers, where the system tells it by itself. */
function loopCpuMs() {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6
  } catch {
    return undefined
  }
}

if (isMainThread && process.send !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  process.on('message', (question) => {
    if (question === 'watch-loop') {
      delay.reset()
      delay.enable()
    }
    const { user, system } = process.cpuUsage()
    process.send({
      cpuMs: (user + system) / 1000,
      loopCpuMs: loopCpuMs() ?? (user + system) / 1000,
      rssMiB: process.memoryUsage.rss() / 2 ** 20,
      // The histogram holds whole intervals: what is beyond the asked one is delay.
      loopDelayMs: {
        p99: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS),
        max: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
      },
    })
    if (question === 'unwatch-loop') delay.disable()
  })
  // A server must not outlive the benchmark that started it.
  process.on('disconnect', () => process.exit())
}
