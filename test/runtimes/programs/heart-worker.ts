import { heartReport } from './heart.js'

void heartReport().then(
  (report) => postMessage(report),
  (error) => postMessage({ error: String(error) }),
)
