import type { AlertLevels } from '../../../src/activity/alert-levels.js'
import { created, elementOf } from '../../shared/page-elements.js'
import { counted, percent } from '../words.js'
import { copyButton } from './copy-button.js'

/** How many alerts another alert rate would have raised in the last hour. */
export class WhatIfPanel {
  readonly #host = elementOf('what-if', HTMLElement)
  readonly #slider = created('input')
  readonly #chosen = created('output')
  readonly #bars = created('dl', 'levels')
  readonly #line = created('code')
  readonly #about = created('p', 'note')
  #levels: AlertLevels | null = null
  #drawn = false

  constructor() {
    this.#slider.type = 'range'
    this.#slider.id = 'alert-level'
    this.#slider.min = '0'
    this.#slider.step = '1'
    this.#slider.addEventListener('input', () => this.#show())
    this.clear()
  }

  /** Shows nothing until something comes. */
  clear(): void {
    this.#drawn = false
    this.#host.replaceChildren(created('p', 'note', 'Nothing was seen yet.'))
  }

  show(levels: AlertLevels): void {
    this.#levels = levels
    if (levels.alert_rate === null || levels.levels.length === 0) {
      this.#drawn = false
      const why = 'The labels of the forest decide who is told, and no alert rate: there is nothing to slide.'
      this.#host.replaceChildren(created('p', 'note', why))
      return
    }
    this.#slider.max = String(levels.levels.length - 1)
    if (!this.#drawn) {
      this.#slider.value = String(this.#present(levels))
      this.#draw()
    }
    this.#show()
  }

  /** The level nearest to the rate that is set. */
  #present({ levels, alert_rate }: AlertLevels): number {
    const distance = (rate: number): number => Math.abs(Math.log(rate / (alert_rate ?? rate)))
    return levels.reduce(
      (best, { rate }, i) => (distance(rate) < distance(levels[best]?.rate ?? 1) ? i : best),
      0,
    )
  }

  #draw(): void {
    this.#drawn = true
    const label = created('label', 'level')
    label.htmlFor = this.#slider.id
    label.append(created('span', '', 'Alert rate'), this.#chosen)
    const copyable = created('div', 'copyable')
    const pre = created('pre')
    pre.tabIndex = 0
    pre.append(this.#line)
    copyable.append(
      pre,
      copyButton('Copy', () => this.#line.textContent ?? ''),
    )
    this.#host.replaceChildren(label, this.#slider, this.#bars, copyable, this.#about)
  }

  #show(): void {
    const levels = this.#levels
    const level = levels?.levels[Number(this.#slider.value)]
    if (levels === null || level === undefined || levels.alert_rate === null) return
    const present = levels.levels[this.#present(levels)]
    const most = Math.max(1, level.alerts, present?.alerts ?? 0)
    this.#chosen.textContent = percent(level.rate)
    this.#slider.setAttribute('aria-valuetext', `${percent(level.rate)}: ${counted(level.alerts, 'alert')}`)
    this.#bars.replaceChildren(
      ...bar('With this rate', level.alerts, most, 'chosen'),
      ...bar(`At present, ${percent(levels.alert_rate)}`, present?.alerts ?? 0, most, 'present'),
    )
    this.#about.textContent = `Alerts among the ${counted(levels.records, 'record')} of the last hour. ${counted(levels.anyway, 'alert')} of them would have come at any rate, by an incident or a limit.`
    this.#line.textContent = `SENTINEL_ALERT_RATE=${level.rate}`
  }
}

function bar(name: string, alerts: number, most: number, kind: string): HTMLElement[] {
  const value = created('dd')
  const track = created('span', 'track')
  const filled = created('span', `bar ${kind}`)
  filled.style.width = `${(100 * alerts) / most}%`
  track.append(filled)
  value.append(track, created('b', '', counted(alerts, 'alert')))
  return [created('dt', '', name), value]
}
