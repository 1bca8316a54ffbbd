import { readdir } from 'node:fs/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { ApiError } from '../errors/error-codes.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { PageFiles } from '../page-files.js'
import { pageTypeOf } from '../page-types.js'
import { forestPageHelmet } from '../plugins/page-security.js'

/** Where the build puts the page. */
const PAGE = new URL('../../playground/', import.meta.url)
const PlaygroundParams = Type.Object({ '*': Type.String() })

/** `/playground/`: the forest in the browser, static files that a build put there. */
export const playgroundRoutes: FastifyPluginAsyncTypebox = async (app) => {
  // Only these are ever read; without a build of the playground there are none.
  const names = new Set(await readdir(PAGE, { recursive: true }).catch(() => []))
  const files = new PageFiles(PAGE)

  // The page's own links are relative and need the final slash; so is this one, to hold behind a proxy with a prefix.
  app.get(ENDPOINTS.playground.url, { schema: describing('playground') }, (_request, reply) =>
    reply.redirect('playground/'),
  )

  app.get(
    ENDPOINTS.playgroundFile.url,
    {
      schema: { ...describing('playgroundFile'), params: PlaygroundParams },
      helmet: forestPageHelmet,
    },
    async (request, reply) => {
      const file = request.params['*'] || 'index.html'
      const type = pageTypeOf(file)
      if (type === undefined || !names.has(file)) throw new ApiError('SENTINEL_NOT_FOUND', 'no such file')
      // The build puts a digest into the names of assets: another content has another name.
      const immutable = file.startsWith('assets/')
      reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
      reply.type(type)
      return files.answer(request, reply, file)
    },
  )
}
