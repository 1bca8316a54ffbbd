import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { quoted } from '../text/quoted.js'
import { ConfigError } from './config-error.js'

const VARIABLE = 'SENTINEL_API_TOKEN_FILE'
/** More than a thousand of the longest tokens. */
export const MAX_TOKENS_BYTES = 2 ** 20
const SHOWN_CHARS = 300
/** 16 characters of base64 are 96 bits: nobody guesses them. */
const TOKEN = /^[\w.~+/=-]{16,512}$/

/**
 * The tokens of a file, as secrets are mounted: one a line or separated by commas, of 16 characters or more. A link is
 * followed, for mounted secrets are links.
 * @throws ConfigError in one line, without anything of the content
 */
export function tokensFrom(path: string): string[] {
  const tokens = contentOf(path)
    .split(/[\n,]/)
    .map((token) => token.trim())
    .filter((token) => token !== '')
  if (tokens.length === 0) throw refusal(path, 'no token is in it')
  if (!tokens.every((token) => TOKEN.test(token))) throw refusal(path, 'what is in it is no token')
  return tokens
}

function contentOf(path: string): string {
  let file: number
  try {
    // A pipe that nobody writes to would be waited for.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw refusal(path, reasonOf(error as NodeJS.ErrnoException))
  }
  try {
    if (!fstatSync(file).isFile()) throw refusal(path, 'it is no regular file')
    const bytes = Buffer.alloc(MAX_TOKENS_BYTES + 1)
    const length = readSync(file, bytes, 0, bytes.length, 0)
    if (length > MAX_TOKENS_BYTES) throw refusal(path, 'it is too large')
    return bytes.toString('utf8', 0, length)
  } catch (error) {
    throw error instanceof ConfigError ? error : refusal(path, reasonOf(error as NodeJS.ErrnoException))
  } finally {
    closeSync(file)
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read by this user'
  return message.replaceAll(/\s+/g, ' ')
}

function refusal(path: string, reason: string): ConfigError {
  return new ConfigError(
    VARIABLE,
    `${VARIABLE}=${quoted(path, SHOWN_CHARS)} cannot be used: ${reason}; it must be a file of tokens, one a line, each of 16 to 512 letters, digits and -._~+/=`,
  )
}
