import { elementOf } from '../../shared/page-elements.js'
import type { Api } from '../connection/api.js'

/** Asks for a token where the service wants one, and says clearly when it is refused. */
export class TokenDialog {
  readonly #dialog = elementOf('token', HTMLDialogElement)
  readonly #input = elementOf('token-input', HTMLInputElement)
  readonly #keep = elementOf('token-keep', HTMLInputElement)
  readonly #error = elementOf('token-error', HTMLElement)
  readonly #api: Api

  constructor(api: Api, onToken: () => void) {
    this.#api = api
    elementOf('token-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault()
      api.useToken(this.#input.value, this.#keep.checked)
      this.#dialog.close()
      onToken()
    })
    // There is nothing to see without one.
    this.#dialog.addEventListener('cancel', (event) => event.preventDefault())
  }

  ask(): void {
    this.#error.textContent = this.#api.hasToken
      ? 'This token was refused: it is none of those that are valid.'
      : ''
    this.#api.dropToken()
    if (!this.#dialog.open) this.#dialog.showModal()
    this.#input.select()
  }
}
