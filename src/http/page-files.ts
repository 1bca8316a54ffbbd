import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import { negotiate } from '@fastify/accept-negotiator'
import type { FastifyReply, FastifyRequest } from 'fastify'

const decompress = promisify(brotliDecompress)

/**
 * The files of one folder that the build made, for answers. Each is read when first asked for and then kept: many
 * callers at once are sent the same bytes, so they cost the memory of one.
 *
 * A file of `compressed` is there as `<name>.br` only. It goes out as it is to those that take `br` (a browser does over
 * HTTPS and on its own machine) and unpacked to the others.
 */
export class PageFiles {
  readonly #folder: URL
  readonly #compressed: ReadonlySet<string>
  readonly #kept = new Map<string, Promise<Buffer>>()

  /** `folder` ends with a slash. `compressed` holds names of files as they are asked for. */
  constructor(folder: URL, compressed: Iterable<string> = []) {
    this.#folder = folder
    this.#compressed = new Set(compressed)
  }

  /** The body for `request`, with its headers set on `reply`. Rejects if the build has no such file. */
  async answer(request: FastifyRequest, reply: FastifyReply, name: string): Promise<Buffer> {
    if (!this.#compressed.has(name)) return this.#keep(name, () => this.#read(name))
    const packed = this.#keep(`${name}.br`, () => this.#read(`${name}.br`))
    reply.header('vary', 'accept-encoding')
    const accepted = request.headers['accept-encoding'] ?? ''
    if (negotiate(accepted, ['br', 'identity']) !== 'br') {
      return this.#keep(name, async () => decompress(await packed))
    }
    reply.header('content-encoding', 'br')
    return packed
  }

  #read(name: string): Promise<Buffer> {
    return readFile(new URL(name, this.#folder))
  }

  #keep(name: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const kept = this.#kept.get(name)
    if (kept !== undefined) return kept
    const made = make()
    this.#kept.set(name, made)
    // A file that could not be read now may be read the next time.
    made.catch(() => this.#kept.delete(name))
    return made
  }
}
