import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { ApiError } from '../errors/error-codes.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { PageFiles } from '../page-files.js'
import { pageHelmet } from '../plugins/page-security.js'

/** Where the build puts the pages, their scripts and, compressed, the bundles of Swagger UI and ReDoc. */
const PAGES = new URL('../pages/', import.meta.url)
const COMPRESSED = ['swagger-ui.css', 'swagger-ui-bundle.js', 'redoc.standalone.js']
const DocsParams = Type.Object({ file: Type.String() })

/** Every file that a page may ask for, with its type. No other file is read. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui-page.css': 'text/css; charset=utf-8',
  'swagger-ui-start.js': 'text/javascript; charset=utf-8',
  'redoc.standalone.js': 'text/javascript; charset=utf-8',
  'redoc-start.js': 'text/javascript; charset=utf-8',
  'favicon.png': 'image/png',
  // Named by the bundles.
  'swagger-ui-bundle.js.LICENSE.txt': 'text/plain; charset=utf-8',
  'redoc.standalone.js.LICENSE.txt': 'text/plain; charset=utf-8',
}

/** `/openapi.json`, and the two pages that show it. Their files are read when first asked for. */
export const docsRoutes: FastifyPluginCallbackTypebox = (app, _options, done) => {
  const files = new PageFiles(PAGES, COMPRESSED)
  app.get(
    ENDPOINTS.openapi.url,
    {
      schema: {
        ...describing('openapi'),
        response: {
          200: {
            description: 'OpenAPI 3.1.',
            content: {
              'application/json': { schema: Type.Object({}, { examples: [{ openapi: '3.1.0' }] }) },
            },
          },
        },
      },
    },
    async (_request, reply) => {
      reply.type('application/json; charset=utf-8')
      return app.openapi()
    },
  )

  for (const [name, file] of [
    ['docs', 'swagger-ui.html'],
    ['redoc', 'redoc.html'],
  ] as const) {
    app.get(ENDPOINTS[name].url, { schema: describing(name), helmet: pageHelmet }, async (request, reply) => {
      reply.type('text/html; charset=utf-8')
      return files.answer(request, reply, file)
    })
  }

  app.get(
    ENDPOINTS.docsFile.url,
    { schema: { ...describing('docsFile'), params: DocsParams } },
    async (request, reply) => {
      const { file } = request.params
      const type = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined
      if (type === undefined) throw new ApiError('SENTINEL_NOT_FOUND', 'no such file')
      reply.header('cache-control', 'public, max-age=3600')
      reply.type(type)
      return files.answer(request, reply, file)
    },
  )
  done()
}
