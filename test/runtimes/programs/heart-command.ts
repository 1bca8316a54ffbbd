import process from 'node:process'
import { heartReport } from './heart.js'

console.log(JSON.stringify(await heartReport()))
process.exit()
