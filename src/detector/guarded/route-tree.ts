import { nameBy, segmentKind } from '../../telemetry/route-name.js'
import { DISTINCT_WORDS, DistinctCount } from './distinct-count.js'

/** What stands for every segment that is not told apart. */
const ANY = '*'
/** Segments with a digit that are told apart under one parent: more of them are identifiers. */
const MOST_NUMBERED = 100
/** Levels kept at most, the root aside. */
export const MOST_LEVELS = 4096

/** The segments of one kind under one parent. */
class Fan {
  size = 0
  /** What came up since the last sweep; there while the fan is collapsed. */
  seen: DistinctCount | null = null
}

class Level {
  readonly children = new Map<string, Level>()
  readonly fans = { name: new Fan(), numbered: new Fan() }
}

/** A captured tree: its levels in preorder. */
export type TreeState = {
  readonly segments: readonly string[]
  readonly depths: Uint32Array
  /** 1 where segments without a digit are collapsed, 2 where those with one are. */
  readonly collapsed: Uint8Array
  /** What came up in each of those since the last sweep, u32[…][DISTINCT_WORDS]. */
  readonly seen: Uint32Array
}

/**
 * Learns which segments of a path are names and which are one of many. What looks like an identifier is one. Of other
 * segments, a level tells all apart, until there are too many of a kind under one parent: it collapses, and those become
 * `*` that nothing much is known of. It opens again once fewer than half as many come up.
 */
export class RouteTree {
  readonly #most: { readonly name: number; readonly numbered: number }
  readonly #known: () => ReadonlySet<string>
  #root = new Level()
  #levels = 0
  #pruned = false
  /** Counts up when routes have other names than before. */
  revision = 0

  /**
   * @param mostNames segments without a digit that are told apart under one parent
   * @param known paths, and all that lead to them, of routes that much is known of
   */
  constructor(mostNames: number, known: () => ReadonlySet<string>) {
    this.#most = { name: mostNames, numbered: MOST_NUMBERED }
    this.#known = known
  }

  /** The name of a raw route, of which the tree may learn. */
  name(raw: string): string {
    let level: Level | null = this.#root
    let prefix = ''
    return nameBy(raw, (segment) => {
      const named = this.#named(segment, level, prefix)
      level = level === null ? null : this.#below(level, named)
      prefix = `${prefix}${named}/`
      return named
    })
  }

  /** To be called from time to time: levels that have become quiet are opened. */
  sweep(): void {
    this.#pruned = false
    const sweepLevel = (level: Level): void => {
      for (const kind of ['name', 'numbered'] as const) {
        const fan = level.fans[kind]
        if (fan.seen === null) continue
        if (fan.seen.estimate < this.#most[kind] / 2) {
          fan.seen = null
          this.revision += 1
        } else {
          fan.seen.clear()
        }
      }
      for (const child of level.children.values()) sweepLevel(child)
    }
    sweepLevel(this.#root)
  }

  clear(): void {
    this.#root = new Level()
    this.#levels = 0
    this.revision += 1
  }

  capture(): TreeState {
    const segments: string[] = []
    const depths: number[] = []
    const collapsed: number[] = []
    const seen: number[] = []
    const add = (level: Level, segment: string, depth: number): void => {
      segments.push(segment)
      depths.push(depth)
      const { name: names, numbered } = level.fans
      collapsed.push((names.seen ? 1 : 0) + (numbered.seen ? 2 : 0))
      seen.push(...(names.seen?.bits ?? []), ...(numbered.seen?.bits ?? []))
      for (const [name, child] of level.children) add(child, name, depth + 1)
    }
    add(this.#root, '', 0)
    return {
      segments,
      depths: Uint32Array.from(depths),
      collapsed: Uint8Array.from(collapsed),
      seen: Uint32Array.from(seen),
    }
  }

  restore({ segments, depths, collapsed, seen }: TreeState): void {
    this.clear()
    let at = 0
    const nextCount = (): DistinctCount => {
      at += DISTINCT_WORDS
      return new DistinctCount(seen.subarray(at - DISTINCT_WORDS, at))
    }
    const path: Level[] = [this.#root]
    for (const [i, segment] of segments.entries()) {
      const depth = Math.min(depths[i] ?? 0, path.length)
      const level = depth === 0 ? this.#root : this.#add(path[depth - 1] as Level, segment)
      path.length = depth
      path.push(level)
      const flags = collapsed[i] ?? 0
      if (flags & 1) level.fans.name.seen = nextCount()
      if (flags & 2) level.fans.numbered.seen = nextCount()
    }
  }

  /** What becomes of a segment. */
  #named(segment: string, level: Level | null, prefix: string): string {
    const kind = segmentKind(segment)
    if (segment === ANY || kind === 'identifier') return ANY
    if (level === null) return kind === 'name' ? segment : ANY
    const fan = level.fans[kind]
    fan.seen?.see(segment)
    if (level.children.has(segment)) return segment
    if (fan.seen === null && fan.size >= this.#most[kind]) this.#collapse(level, kind, prefix)
    return fan.seen === null ? segment : ANY
  }

  /** The level below; null where there is no room for it. */
  #below(level: Level, named: string): Level | null {
    const child = level.children.get(named)
    if (child !== undefined) return child
    if (this.#levels >= MOST_LEVELS && !this.#pruned) {
      this.#pruned = true
      this.#prune(this.#root, '', this.#known())
    }
    return this.#levels < MOST_LEVELS ? this.#add(level, named) : null
  }

  #add(level: Level, segment: string): Level {
    const child = new Level()
    level.children.set(segment, child)
    this.#levels += 1
    if (segment !== ANY) this.#fanOf(level, segment).size += 1
    return child
  }

  #fanOf(level: Level, segment: string): Fan {
    return level.fans[segmentKind(segment) === 'name' ? 'name' : 'numbered']
  }

  #remove(level: Level, segment: string): void {
    const child = level.children.get(segment)
    if (child === undefined) return
    for (const name of [...child.children.keys()]) this.#remove(child, name)
    level.children.delete(segment)
    this.#levels -= 1
    if (segment !== ANY) this.#fanOf(level, segment).size -= 1
  }

  #collapse(level: Level, kind: 'name' | 'numbered', prefix: string): void {
    const known = this.#known()
    for (const segment of [...level.children.keys()]) {
      const concerned = segment !== ANY && this.#fanOf(level, segment) === level.fans[kind]
      if (concerned && !known.has(prefix + segment)) this.#remove(level, segment)
    }
    level.fans[kind].seen = new DistinctCount()
    this.revision += 1
  }

  /** Takes out what nothing much is known of, but for levels that have collapsed. */
  #prune(level: Level, prefix: string, known: ReadonlySet<string>): boolean {
    for (const [segment, child] of [...level.children]) {
      const path = prefix + segment
      const stays = this.#prune(child, `${path}/`, known)
      if (!stays && !known.has(path)) this.#remove(level, segment)
    }
    return level.children.size > 0 || level.fans.name.seen !== null || level.fans.numbered.seen !== null
  }
}
