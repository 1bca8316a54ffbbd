/** The known name that takes the fewest changes of letters to get to; null where none is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  let found: string | null = null
  let fewest = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const one of known) {
    if (Math.abs(one.length - name.length) >= fewest) continue
    const changes = distance(name.toLowerCase(), one.toLowerCase())
    if (changes >= fewest) continue
    fewest = changes
    found = one
  }
  return found
}

/** Letters to insert, leave out or replace to make one text the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] as number) + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[other.length] as number
}
