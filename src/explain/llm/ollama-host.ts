import { checkOutsideUrl } from '../../text/outside-url.js'

/**
 * Checks where the language model is said to be: a full http or https URL without credentials, query or
 * fragment, and not a link-local or cloud metadata address.
 * @throws Error with a one-line message that names the rule and never repeats a credential
 */
export function checkOllamaHost(text: string): URL {
  return checkOutsideUrl(text, { variable: 'OLLAMA_HOST', example: 'http://localhost:11434', query: false })
}
