// Loaded before a command that is measured (node --import): says how much memory it had at most, in KiB. By the system's
// own account: `resourceUsage().maxRSS` counts what the process had that started this one.
import { readFileSync, writeSync } from 'node:fs'

process.on('exit', () => writeSync(3, /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]))
