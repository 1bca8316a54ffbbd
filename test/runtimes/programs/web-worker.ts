// A page's worker that runs the suite.
import { runConformance } from '../conformance.js'

const library = await import(new URL('./package/lib/forest/forest.js', import.meta.url).href)
postMessage(await runConformance(library))
