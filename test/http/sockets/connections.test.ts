import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { callerNetwork } from '#sentinel/http/access/caller-network.js'
import { Connections, type ConnectionsOptions } from '#sentinel/http/sockets/connections.js'

let server: EventEmitter
let connections: Connections
let closedForWantOfRoom = 0

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  return () => vi.useRealTimers()
})

function limited(max: number, options: Partial<ConnectionsOptions> = {}): void {
  server = new EventEmitter()
  closedForWantOfRoom = 0
  connections = new Connections({
    max,
    patienceMs: 5000,
    onClosed: () => closedForWantOfRoom++,
    ...options,
  })
  connections.watch(server as Server)
}

interface Opened extends EventEmitter {
  destroyed: boolean
  bytesRead: number
  writableLength: number
  _httpMessage: object | null
}

/** As much of a socket as is looked at. */
class StandIn extends EventEmitter implements Opened {
  destroyed = false
  bytesRead = 100
  writableLength = 0
  _httpMessage: object | null = null

  constructor(readonly remoteAddress: string) {
    super()
  }

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

/** Opens a connection after a while. */
function open(from = '10.0.0.1', afterMs = 10): Opened {
  vi.advanceTimersByTime(afterMs)
  const socket = new StandIn(from)
  server.emit('connection', socket)
  return socket
}

function many(n: number, from?: string, afterMs?: number): Opened[] {
  return Array.from({ length: n }, () => open(from, afterMs))
}

function used(socket: Opened): void {
  connections.used(socket as unknown as Socket)
}

function closed(sockets: readonly Opened[]): number[] {
  return sockets.flatMap(({ destroyed }, i) => (destroyed ? [i] : []))
}

describe('when all of the room is taken', () => {
  test('the one that was used last longest ago gives way to a new one', () => {
    limited(4)
    const four = many(4)
    vi.advanceTimersByTime(100)
    for (const i of [0, 2, 3]) used(four[i] as Opened)
    vi.advanceTimersByTime(1000)
    const fifth = open()
    expect(closed(four)).toEqual([1])
    expect(fifth.destroyed).toBe(false)
    expect(closedForWantOfRoom).toBe(1)
    expect(connections.size).toBe(4)
  })

  test('the new one is refused while all others are in use, or were a moment ago', () => {
    limited(3)
    const three = many(3, undefined, 1000)
    ;(three[0] as Opened)._httpMessage = {}
    ;(three[1] as Opened).writableLength = 1
    used(three[2] as Opened)
    expect(open(undefined, 249).destroyed).toBe(true)
    expect(closed(three)).toEqual([])
    expect(open(undefined, 2).destroyed).toBe(false)
    expect(closed(three)).toEqual([2])
  })

  test('the caller with the most connections gives way before others, however long theirs have been idle', () => {
    limited(7)
    const early = open('10.0.0.1')
    const most = many(4, '10.0.0.2', 1000)
    const two = many(2, '10.0.0.3')
    vi.advanceTimersByTime(1000)
    expect(open('10.0.0.4').destroyed).toBe(false)
    expect(early.destroyed).toBe(false)
    expect(closed(most)).toEqual([0])
    expect(closed(two)).toEqual([])
  })

  test('nobody gives way to a caller who holds more than they do', () => {
    limited(7)
    const others = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((from) => open(from))
    const greedy = many(3, '10.0.0.9', 1000)
    for (const socket of greedy) socket._httpMessage = {}
    vi.advanceTimersByTime(1000)
    expect(open('10.0.0.9').destroyed).toBe(true)
    expect(closed(others)).toEqual([])
  })
})

describe('the last eighth of the room', () => {
  test('is kept for callers with few connections', () => {
    limited(64)
    const greedy = many(80, '10.0.0.1', 1)
    expect(closed(greedy)).toHaveLength(24)
    expect(connections.size).toBe(56)
    const others = Array.from({ length: 8 }, (_, i) => open(`10.0.1.${i}`, 1))
    expect(closed(others)).toEqual([])
    expect(connections.size).toBe(64)
  })

  test('takes a 64th of all for few where that is more than four', () => {
    limited(1024)
    const greedy = many(896, '10.0.0.1', 1)
    vi.advanceTimersByTime(1000)
    const modest = many(16, '10.0.0.2', 1)
    expect(closed(greedy)).toEqual([])
    modest.push(open('10.0.0.2', 1))
    expect(closed(greedy)).toEqual([0])
    expect(closed(modest)).toEqual([])
  })

  test('is there for a proxy, behind which are many callers', () => {
    limited(64, { isProxy: (address) => address === '10.0.0.1' })
    const proxied = many(64, '10.0.0.1', 1)
    expect(closed(proxied)).toEqual([])
  })

  test('does not shrink by connections that were closed', () => {
    limited(8)
    for (let n = 0; n < 50; n++) open(undefined, 1).emit('close')
    expect(connections.size).toBe(0)
    expect(connections.opened).toBe(50)
    expect(closed(many(7, undefined, 1))).toEqual([])
  })
})

describe('a connection that has sent nothing', () => {
  test('is closed after the patience with such ones once half of the room is taken, and not before', () => {
    limited(8)
    const silent = many(4)
    for (const socket of silent) socket.bytesRead = 0
    open(undefined, 4900)
    expect(closed(silent)).toEqual([])
    open(undefined, 200)
    expect(closed(silent)).toEqual([0])
    // What has sent something is none.
    ;(silent[1] as Opened).bytesRead = 1
    open(undefined, 10)
    expect(closed(silent)).toEqual([0, 2])
  })

  test('may wait on although Node calls it late, until half of the room is taken', () => {
    limited(4)
    const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
    const [first] = many(2) as [Opened]
    first.bytesRead = 0
    const waits = (error: NodeJS.ErrnoException) => connections.mayWait(error, first as unknown as Socket)
    expect(waits(late)).toBe(true)
    expect(waits(Object.assign(new Error('bad'), { code: 'HPE_INVALID_METHOD' }))).toBe(false)
    open()
    expect(waits(late)).toBe(false)
  })
})

test('nothing is closed for having been silent for long while there is room', () => {
  limited(8)
  const silent = many(3)
  for (const socket of silent) socket.bytesRead = 0
  open(undefined, 60_000)
  expect(closed(silent)).toEqual([])
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
])('the address %s counts for %s', (address, caller) => {
  expect(callerNetwork(address)).toBe(caller)
})
