import { nameBy, segmentKind } from '../../../telemetry/route-name.js'
import { DISTINCT_WORDS, DistinctCount } from '../frame/distinct-count.js'

/** What stands for every segment that is not told apart. */
const ANY = '*'
/** Segments with a digit that are told apart under one parent: more of them are identifiers. */
const MOST_NUMBERED = 100
/** Levels kept at most, the root aside. */
export const MOST_LEVELS = 4096

class Level {
  readonly children = new Map<string, Level>()
  /** Children with a digit. */
  numbered = 0
  /** Segments with a digit that came up since the last sweep; there while the level is collapsed. */
  seen: DistinctCount | null = null
}

/** A captured tree: its levels in preorder. */
export type TreeState = {
  readonly segments: readonly string[]
  readonly depths: Uint32Array
  /** 1 where a level is collapsed. */
  readonly collapsed: Uint8Array
  /** What came up in each of those since the last sweep, u32[…][DISTINCT_WORDS]. */
  readonly seen: Uint32Array
}

/**
 * Learns which segments of a path are names and which are one of many. What looks like an identifier is one. Segments
 * without a digit are names. Of those with one a level tells all apart, until there are too many under one parent: it
 * collapses, and those become `*` that nothing much is known of. It opens again once fewer than half as many come up.
 */
export class RouteTree {
  readonly #known: () => ReadonlySet<string>
  #root = new Level()
  #levels = 0
  #pruned = false
  /** Counts up when routes have other names than before. */
  revision = 0

  /**
   * @param known paths, and all that lead to them, of routes that much is known of
   */
  constructor(known: () => ReadonlySet<string>) {
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
      if (level.seen !== null && level.seen.estimate < MOST_NUMBERED / 2) {
        level.seen = null
        this.revision += 1
      }
      level.seen?.clear()
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
      collapsed.push(level.seen === null ? 0 : 1)
      seen.push(...(level.seen?.bits ?? []))
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
      if (collapsed[i] === 1) level.seen = nextCount()
    }
  }

  /** What becomes of a segment. */
  #named(segment: string, level: Level | null, prefix: string): string {
    const kind = segmentKind(segment)
    if (segment === ANY || kind === 'identifier') return ANY
    if (level === null) return kind === 'name' ? segment : ANY
    if (kind === 'name') return segment
    level.seen?.see(segment)
    if (level.children.has(segment)) return segment
    if (level.seen === null && level.numbered >= MOST_NUMBERED) this.#collapse(level, prefix)
    return level.seen === null ? segment : ANY
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
    if (isNumbered(segment)) level.numbered += 1
    return child
  }

  #remove(level: Level, segment: string): void {
    const child = level.children.get(segment)
    if (child === undefined) return
    for (const name of [...child.children.keys()]) this.#remove(child, name)
    level.children.delete(segment)
    this.#levels -= 1
    if (isNumbered(segment)) level.numbered -= 1
  }

  #collapse(level: Level, prefix: string): void {
    const known = this.#known()
    for (const segment of [...level.children.keys()])
      if (isNumbered(segment) && !known.has(prefix + segment)) this.#remove(level, segment)
    level.seen = new DistinctCount()
    this.revision += 1
  }

  /** Takes out what nothing much is known of, but for levels that have collapsed. */
  #prune(level: Level, prefix: string, known: ReadonlySet<string>): boolean {
    for (const [segment, child] of [...level.children]) {
      const path = prefix + segment
      const stays = this.#prune(child, `${path}/`, known)
      if (!stays && !known.has(path)) this.#remove(level, segment)
    }
    return level.children.size > 0 || level.seen !== null
  }
}

function isNumbered(segment: string): boolean {
  return segment !== ANY && segmentKind(segment) === 'numbered'
}
