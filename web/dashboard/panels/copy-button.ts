import { created } from '../../shared/page-elements.js'

const SAID_MS = 1500

/** A button that copies a text, and says so for a moment. */
export function copyButton(label: string, text: () => string): HTMLButtonElement {
  const button = created('button', 'quiet small', label)
  button.type = 'button'
  copyOnClick(button, text)
  return button
}

/** Where pages may not write to the clipboard, as without TLS, the text is selected by the old way. */
export function copyOnClick(button: HTMLButtonElement, text: () => string): void {
  const label = button.textContent ?? ''
  button.addEventListener('click', async () => {
    const copied = await copy(text())
    button.textContent = copied ? 'Copied' : 'Cannot copy here'
    setTimeout(() => {
      button.textContent = label
    }, SAID_MS)
  })
}

async function copy(text: string): Promise<boolean> {
  if (isSecureContext) {
    const done = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
    if (done) return true
  }
  const area = created('textarea', 'unseen')
  area.value = text
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  return done
}
