import { created } from './page-elements.js'

/** One feature of a record, with the exact share of the score that it has. */
export interface SignedBits {
  readonly name: string
  /** The value as people read it. */
  readonly value: string
  readonly bits: number
}

/** Signed bars, the largest first: what pushes towards anomaly points right. @param widest bits of half a track */
export function bitsChart(entries: readonly SignedBits[], widest: number): HTMLElement[] {
  return [...entries]
    .sort((a, b) => b.bits - a.bits)
    .map(({ name, value, bits }) => {
      const line = created('div', 'contribution')
      const track = created('span', 'track')
      const bar = created('span', bits < 0 ? 'bar less' : 'bar more')
      bar.style.width = `${(50 * Math.abs(bits)) / widest}%`
      track.append(bar)
      line.append(
        created('span', 'name', name),
        created('span', 'value', value),
        track,
        created('span', 'bits', `${bits < 0 ? '−' : '+'}${Math.abs(bits).toFixed(2)}`),
      )
      return line
    })
}
