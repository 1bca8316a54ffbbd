/** The value of one series, name and labels as they stand, in the text of /metrics; undefined where it is missing. */
export function metricOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length))
}
