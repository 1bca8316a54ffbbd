import { ENDPOINTS } from '../openapi/endpoints.js'

/** What shows the API and the forest, and holds no data: a browser cannot send a token with the address of a page. */
const PAGES: ReadonlySet<string> = new Set([
  ENDPOINTS.docs.url,
  ENDPOINTS.redoc.url,
  ENDPOINTS.openapi.url,
  ENDPOINTS.playground.url,
  ENDPOINTS.dashboard.url,
])
const FOLDERS = [`${ENDPOINTS.docs.url}/`, `${ENDPOINTS.playground.url}/`, '/dashboard/']

/** Whether a route, as it is registered, is one of the pages or their files. */
export function isPage(url: string | undefined): boolean {
  return url !== undefined && (PAGES.has(url) || FOLDERS.some((folder) => url.startsWith(folder)))
}
