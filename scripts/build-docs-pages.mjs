/**
 * Puts the API pages into dist: our HTML beside the bundles of Swagger UI and ReDoc, so that the service
 * serves them itself and the packages are needed only to build. The bundles are there as Brotli only, a quarter of
 * their size.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'

const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, 'dist/http/pages')
const swaggerUi = join(dirname(require.resolve('@fastify/swagger-ui/package.json')), 'static')
const redoc = join(dirname(require.resolve('redoc/package.json')), 'bundles')

/** ReDoc draws its maker's logo from a CDN and has no option against it: an empty image takes its place. */
const REMOTE_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg'
const EMPTY_IMAGE = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })
await cp(join(root, 'src/http/pages'), out, { recursive: true })
await cp(join(swaggerUi, 'favicon-32x32.png'), join(out, 'favicon.png'))
await cp(join(redoc, 'redoc.standalone.js.LICENSE.txt'), join(out, 'redoc.standalone.js.LICENSE.txt'))

const bundle = await readFile(join(redoc, 'redoc.standalone.js'), 'utf8')
const local = bundle.replaceAll(REMOTE_LOGO, EMPTY_IMAGE)
if (local.includes('cdn.redoc.ly')) throw new Error('the ReDoc bundle loads something else from its CDN')
await Promise.all([
  compressed('redoc.standalone.js', Buffer.from(local)),
  ...['swagger-ui.css', 'swagger-ui-bundle.js'].map(async (file) =>
    compressed(file, await readFile(join(swaggerUi, file))),
  ),
])

async function compressed(file, bytes) {
  const params = {
    // Eleven takes ten times as long, at every first start, for a tenth less.
    [constants.BROTLI_PARAM_QUALITY]: 9,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  }
  await writeFile(join(out, `${file}.br`), await promisify(brotliCompress)(bytes, { params }))
}
