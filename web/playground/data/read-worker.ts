// Reads files, so that the page never waits for that.

import { readTable } from './read-table.js'
import type { ReadMessage } from './reader.js'

addEventListener('message', async ({ data: file }: MessageEvent<File>) => {
  try {
    const table = await readTable(file, (share) => send({ share }))
    send(
      { table },
      [table.lines.buffer, ...table.numbers.map(({ values }) => values.buffer)].filter(
        (buffer) => buffer instanceof ArrayBuffer,
      ),
    )
  } catch (error) {
    send({ error: error instanceof Error ? error.message : String(error) })
  }
})

function send(message: ReadMessage, transfer: Transferable[] = []): void {
  postMessage(message, { transfer })
}
