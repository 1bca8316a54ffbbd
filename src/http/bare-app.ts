import type { Socket } from 'node:net'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type FastifyBaseLogger, fastify, LogController } from 'fastify'
import type { TelemetryModel } from '../telemetry/model.js'
import { compilersFor } from './compilers/schema-compilers.js'
import {
  BODY_LIMIT_BYTES,
  HEADER_LIMIT_BYTES,
  HEADERS_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  LATE_CHECK_MS,
  REQUEST_TIMEOUT_MS,
} from './limits.js'
import type { loggerOptions } from './logger.js'
import { answerBadUrl } from './plugins/errors.js'

/** How a client's fault is told that came before there was a request. */
export type OnClientError = (error: NodeJS.ErrnoException, socket: Socket) => void

/** Where its lines go: options of a new logger, or one that is there. */
export type AppLogger =
  | { readonly logger: false | ReturnType<typeof loggerOptions> }
  | { readonly loggerInstance: FastifyBaseLogger }

/**
 * An app with the limits and manners of the service, and no routes yet.
 * @param telemetry whose records it takes
 */
export function bareApp(logger: AppLogger, telemetry: TelemetryModel, onClientError?: OnClientError) {
  return fastify({
    ...logger,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all: a child for every request costs more than the verdict does.
    childLoggerFactory: (logger) => logger,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: IDLE_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: LATE_CHECK_MS,
      maxHeaderSize: HEADER_LIMIT_BYTES,
    },
    // What arrives on open connections while the service stops is still answered.
    return503OnClosing: false,
    schemaController: { compilersFactory: compilersFor(telemetry) },
    ...(onClientError !== undefined && { clientErrorHandler: onClientError }),
    frameworkErrors: (_error, request, reply) => answerBadUrl(request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>()
}
