import type { Config } from '../../config/config.js'
import { StateError } from '../../state/section.js'
import type { App } from '../app.js'
import { bareApp } from '../bare-app.js'
import { serve } from './serving.js'

/**
 * Serves by another configuration from the next request on, behind the same listeners and with all that was learnt. What
 * is in hand is answered; event streams end, and their clients come back. Until it resolves nothing has changed.
 * @param config with the same listeners and the same folder for the state
 * @throws ConfigError, ForestError, StateError, Error where it cannot be served by; then the one before goes on
 */
export async function serveAnew(app: App, config: Config): Promise<void> {
  const { front, drain, metrics, log } = app
  const before = front.serving
  const next = bareApp({ loggerInstance: log }, config.telemetry)
  const serving = await serve(next, { config, metrics, drain, before }).catch(async (error: Error) => {
    await next.close()
    throw error
  })
  // Several detectors go on as they are.
  const goesOn = serving.detectors === before.detectors
  try {
    await next.ready()
    if (!goesOn) serving.sentinel.takeOver(before.sentinel, config.state.intervalMs)
  } catch (error) {
    await serving.departure.end()
    if (!goesOn) await serving.sentinel.close()
    await next.close()
    throw error instanceof StateError
      ? new Error(`what was learnt does not fit the new settings: ${error.message}`)
      : error
  }
  front.show(serving, next.routing)
  log.level = config.logLevel
  const { succeeds: judgedBy, detector } = serving.sentinel
  if (judgedBy !== null)
    log.info(
      {
        judgedBy,
        features: detector.features.map(({ name }) => name),
        samplesNeeded: detector.samplesNeeded,
      },
      'what was learnt goes on judging until there is a forest by the settings that were read anew',
    )
  await before.departure.end()
  await serving.begin()
  // As at the start, the first anomaly is not to wait for the model.
  if (!goesOn) void serving.sentinel.prepare()
}
