import { startExpress4, startExpress5 } from './express.mjs'
import { startFastify } from './fastify.mjs'
import { startHono } from './hono.mjs'
import { startKoa } from './koa.mjs'

/**
 * An application of one framework.
 * @typedef {object} Subject
 * @property {import('node:http').Server} server
 * @property {import('#sentinel/adapters/options.js').RequestWatch} watch
 * @property {() => Promise<void>} close
 *
 * What handlers wait for that do not answer by themselves.
 * @typedef {object} Gate
 * @property {Promise<void>} opened
 * @property {() => void} reached told when a request has come so far
 *
 * @typedef {(options: import('#sentinel/adapters/options.js').AdapterOptions<any>, gate: Gate) => Promise<Subject>}
 *   StartSubject
 */

/** @type {Readonly<Record<string, StartSubject>>} */
export const FRAMEWORKS = {
  'Fastify 5': startFastify,
  'Express 5': startExpress5,
  'Express 4': startExpress4,
  'Koa 3': startKoa,
  'Hono 4 on Node': startHono,
}
