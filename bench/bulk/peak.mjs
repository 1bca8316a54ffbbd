// Loaded before a command that is measured (node --import): says how much memory it had at most, in KiB.
import { writeSync } from 'node:fs'

process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)))
