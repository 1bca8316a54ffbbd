import process from 'node:process'

// Whoever writes hears of it; without a listener the process would end with a stack of calls.
process.stdout.on('error', () => {})

/** Writes to standard output, and waits where its reader is slower. */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}
