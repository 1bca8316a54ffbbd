import { readdir } from 'node:fs/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../errors/error-codes.js'
import { describing, ENDPOINTS } from '../openapi/endpoints.js'
import { PageFiles } from '../page-files.js'
import { pageTypeOf } from '../page-types.js'
import { ownPageHelmet } from '../plugins/page-security.js'

/** Where the build puts the page, each file as Brotli. */
const PAGE = new URL('../../dashboard/', import.meta.url)
const PACKED = '.br'
const INDEX = 'index.html'
const DashboardParams = Type.Object({ '*': Type.String() })

/** `/`: what the service sees, a page whose files a build put there. */
export const dashboardRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const packed = (await readdir(PAGE, { recursive: true }).catch(() => [])).filter((name) =>
    name.endsWith(PACKED),
  )
  const names = new Set(packed.map((name) => name.slice(0, -PACKED.length)))
  const files = new PageFiles(PAGE, names)

  const answer = async (request: FastifyRequest, reply: FastifyReply, file: string) => {
    const type = pageTypeOf(file)
    if (type === undefined || !names.has(file)) throw new ApiError('SENTINEL_NOT_FOUND', 'no such file')
    // The build puts a digest into the names of assets: another content has another name.
    const immutable = file.startsWith('assets/')
    reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    reply.type(type)
    return files.answer(request, reply, file)
  }

  app.get(
    ENDPOINTS.dashboard.url,
    { schema: describing('dashboard'), helmet: ownPageHelmet },
    (request, reply) => answer(request, reply, INDEX),
  )

  app.get(
    ENDPOINTS.dashboardFile.url,
    {
      schema: { ...describing('dashboardFile'), params: DashboardParams },
      helmet: ownPageHelmet,
    },
    (request, reply) => answer(request, reply, request.params['*']),
  )
}
