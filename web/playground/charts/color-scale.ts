/** Stops from normal to anomalous: blue, sand, red, told apart also by those who see red and green alike. */
const STOPS: readonly (readonly [number, number, number])[] = [
  [46, 104, 158],
  [93, 153, 178],
  [214, 196, 142],
  [232, 142, 78],
  [200, 38, 54],
]
const SHADES = 256

/** Colours of scores between the lowest and the highest that the data has. */
export class ColorScale {
  readonly least: number
  readonly most: number

  constructor(least: number, most: number) {
    this.least = least
    this.most = most > least ? most : least + 1e-9
  }

  /** Red, green and blue of a score, each 0 to 255. */
  rgb(score: number): readonly [number, number, number] {
    return RGB[this.#shade(score)] as readonly [number, number, number]
  }

  css(score: number): string {
    return CSS[this.#shade(score)] as string
  }

  #shade(score: number): number {
    const share = Math.min(1, Math.max(0, (score - this.least) / (this.most - this.least)))
    return Math.round(share * (SHADES - 1))
  }
}

const RGB = Array.from({ length: SHADES }, (_, shade) => {
  const at = (shade / (SHADES - 1)) * (STOPS.length - 1)
  const from = Math.min(STOPS.length - 2, Math.floor(at))
  const one = STOPS[from] as readonly number[]
  const next = STOPS[from + 1] as readonly number[]
  const channel = (c: number) =>
    Math.round((one[c] as number) + ((next[c] as number) - (one[c] as number)) * (at - from))
  return [channel(0), channel(1), channel(2)] as const
})

const CSS = RGB.map((channels) => `rgb(${channels.join(' ')})`)
