// Node, Deno or Bun, started as a program: the package under its name, the report on the standard output.
import * as library from 'codeflow-sentinel/forest'
import { runConformance } from '../conformance.js'

console.log(JSON.stringify(await runConformance(library)))
