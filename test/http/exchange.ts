import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Sends raw bytes, each part as a packet of its own, and reads until the server closes. */
export async function exchange(port: number, ...parts: string[]): Promise<string> {
  const socket = await connected(port)
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    answer += chunk
  })
  const ended = once(socket, 'end')
  for (const [i, part] of parts.entries()) {
    if (i > 0) await sleep(5)
    socket.write(part, 'latin1')
  }
  await ended
  socket.end()
  return answer
}

/** A connection that does not hold small packets back. */
export async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setNoDelay()
  await once(socket, 'connect')
  return socket
}
