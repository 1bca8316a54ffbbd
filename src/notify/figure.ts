/** A value for people to read, to four digits and with its unit: `127.4 ms`. */
export function figureOf(value: number, unit: string | null): string {
  const figure = String(Number(value.toPrecision(4)))
  return unit === null || unit === '' ? figure : `${figure} ${unit}`
}
