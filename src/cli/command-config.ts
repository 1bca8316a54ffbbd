import { type Config, loadConfig } from '../config/config.js'
import { environmentWithFile } from '../config/dotenv.js'
import type { EnvironmentSource } from '../config/schema.js'

/**
 * The settings of the service for a command that listens nowhere: what is said of that refuses nothing.
 * @param own variables that the command decides on
 * @throws ConfigError for settings that cannot be used
 */
export function commandConfig(own: EnvironmentSource = {}): Config {
  const nowhere = { SENTINEL_ALLOW_UNAUTHENTICATED: 'true', SENTINEL_PORT: '', SENTINEL_SOCKET: '' }
  return loadConfig({ ...environmentWithFile(), ...nowhere, ...own })
}
