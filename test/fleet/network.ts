import { spawnSync } from 'node:child_process'

function ip(...args: string[]): boolean {
  return spawnSync('ip', args, { stdio: 'ignore' }).status === 0
}

/** Whether this machine lets us make networks; it takes Linux, `ip` and the right to. */
function networksCanBeMade(): boolean {
  const probe = `sentinel-probe-${process.pid}`
  if (!ip('netns', 'add', probe)) return false
  ip('netns', 'delete', probe)
  return true
}

export const NETWORKS_CAN_BE_MADE = networksCanBeMade()

/**
 * A network of its own, with one cable to ours: who runs in it reaches what listens at `server`, and is reached at `there`.
 * Cut off from the server, it is still reached: answers go to another address of ours.
 */
export class Network {
  readonly server: string
  readonly there: string
  readonly #name: string

  /** @param number makes its addresses; 0 to 200, no two alike at a time */
  constructor(number: number) {
    this.#name = `sentinel-${process.pid}-${number}`
    const net = `10.${100 + (process.pid % 100)}.${number}`
    this.there = `${net}.2`
    this.server = `${net}.3`
    const [ours, theirs] = [`s${process.pid % 10_000}-${number}a`, `s${process.pid % 10_000}-${number}b`]
    const made =
      ip('netns', 'add', this.#name) &&
      ip('link', 'add', ours, 'type', 'veth', 'peer', 'name', theirs, 'netns', this.#name) &&
      ip('address', 'add', `${net}.1/24`, 'dev', ours) &&
      ip('address', 'add', `${this.server}/24`, 'dev', ours) &&
      ip('link', 'set', ours, 'up') &&
      ip('-n', this.#name, 'address', 'add', `${this.there}/24`, 'dev', theirs) &&
      ip('-n', this.#name, 'link', 'set', theirs, 'up') &&
      ip('-n', this.#name, 'link', 'set', 'lo', 'up')
    if (!made) throw new Error('the network could not be made')
  }

  /** What runs a command in it. */
  get within(): string[] {
    return ['ip', 'netns', 'exec', this.#name]
  }

  /** Nothing that is sent to the server arrives, and nobody says so. */
  cut(): void {
    ip('-n', this.#name, 'route', 'add', 'blackhole', `${this.server}/32`)
  }

  mend(): void {
    ip('-n', this.#name, 'route', 'delete', 'blackhole', `${this.server}/32`)
  }

  remove(): void {
    // The cable goes with it.
    ip('netns', 'delete', this.#name)
  }
}
