// Scores a fixture by the forest module that is named. Run with the flags of V8 that a test wants.
import { readFileSync } from 'node:fs'
import { argv } from 'node:process'
import { gunzipSync } from 'node:zlib'
import { IsolationForest } from '#sentinel/forest/index.js'

const [fixture, file, shared] = argv.slice(2)
const document = JSON.parse(gunzipSync(readFileSync(fixture)).toString())
const wasm = new WebAssembly.Module(readFileSync(file))
const forest = await IsolationForest.fromScikitLearn(document, { wasm, shared: shared === 'true' })
console.log(JSON.stringify(document.test.map((row) => forest.score(row))))
