// Express middleware that reports each request when its answer is finished: app.use(sentinel({ client })).

/**
 * @param {object} options
 * @param {import('../javascript/sentinel-client.mjs').SentinelClient} options.client
 * @param {(verdict: import('../javascript/sentinel-client.mjs').Verdict, request: import('express').Request) => void}
 *   [options.onThreat] hears of every alert; `action` says what it warrants: `observe` (look), `throttle`, `freeze`
 * @returns {import('express').RequestHandler}
 */
export function sentinel({ client, onThreat = () => {} }) {
  return (request, response, next) => {
    const arrivedAt = performance.now()
    response.once('finish', async () => {
      const verdict = await client.analyze({
        latency: performance.now() - arrivedAt,
        input_length: Number(request.headers['content-length'] ?? 0),
        errors: response.statusCode >= 500 ? 1 : 0,
        // The pattern and not the path: /users/:id is one operation, /users/17 is not.
        route: request.route ? `${request.baseUrl}${request.route.path}` : 'unmatched',
      })
      if (verdict.status === 'THREAT_DETECTED') onThreat(verdict, request)
    })
    next()
  }
}
