import { crc32 as portableCrc32 } from '../forest/checksum.js'
import { builtin } from '../runtime/builtin.js'

/** CRC-32 by Node's own, which takes a tenth of the time, where there is one. */
export const crc32 = builtin<{ crc32?: typeof portableCrc32 }>('node:zlib')?.crc32 ?? portableCrc32
