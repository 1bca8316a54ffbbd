// A runtime that takes its modules by URL: no package, no import map, the three files of the browser's build.
import { runConformance } from '../conformance.js'

const library = await import(new URL('./package/lib/forest/forest.js', import.meta.url).href)
console.log(JSON.stringify(await runConformance(library)))
