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

/**
 * Gives an element these children, in this order. Those that stay are not touched where they need not be, and the focus
 * stays where it is.
 */
export function arrange(host: Element, children: readonly Element[]): void {
  const { activeElement } = document
  const wanted = new Set(children)
  for (const child of [...host.children]) if (!wanted.has(child)) child.remove()
  for (const [i, child] of children.entries()) {
    const there = host.children[i] ?? null
    if (there !== child) host.insertBefore(child, there)
  }
  const moved = activeElement !== document.activeElement && host.contains(activeElement)
  if (moved && activeElement instanceof HTMLElement) activeElement.focus({ preventScroll: true })
}

/** Numbers for people: grouped, with as many digits as say something. */
export function formatted(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e9 || Math.abs(value) < 1e-3)) return value.toExponential(2)
  return value.toLocaleString('en', { maximumSignificantDigits: Number.isInteger(value) ? 9 : 4 })
}
