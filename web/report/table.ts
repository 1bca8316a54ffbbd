import { created } from '../shared/page-elements.js'

const ROWS_MOST = 500

/** Fills a table with text; what comes from outside is nothing but text. */
export function showTable(
  table: HTMLTableElement,
  names: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): void {
  if (rows.length === 0) {
    table.replaceWith(created('p', 'note', none))
    return
  }
  const head = created('tr')
  for (const name of names) head.append(created('th', '', name))
  const body = created('tbody')
  for (const cells of rows.slice(0, ROWS_MOST)) {
    const row = created('tr')
    row.append(...cells.map((text) => created('td', /^[\d,.]+( %)?$/.test(text) ? 'number' : '', text)))
    body.append(row)
  }
  // So that it can be scrolled by keyboard.
  if (table.parentElement !== null) table.parentElement.tabIndex = 0
  const top = created('thead')
  top.append(head)
  table.append(top, body)
  if (rows.length > ROWS_MOST)
    table.after(created('p', 'note', `and ${(rows.length - ROWS_MOST).toLocaleString('en')} more`))
}
