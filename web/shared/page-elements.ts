/** The page's element of that id. @throws Error when the page has none of that class: a fault of the page */
export function elementOf<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id)
  if (element instanceof kind) return element
  throw new Error(`the page has no ${kind.name} #${id}`)
}

/** A new element with a class and text. */
export function created<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  if (text !== '') element.textContent = text
  return element
}

/** Numbers for people: grouped, with as many digits as say something. */
export function formatted(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e9 || Math.abs(value) < 1e-3)) return value.toExponential(2)
  return value.toLocaleString('en', { maximumSignificantDigits: Number.isInteger(value) ? 9 : 4 })
}
