import type { Registry } from 'prom-client'
import type { FleetFigures } from '../../fleet/fleet-figures.js'
import { ScrapedMetrics } from './scraped-metrics.js'

/** Shows how a sentinel stands in its fleet. No label carries the hash of a model: there is a new one every few seconds. */
export function showFleetMetrics(registry: Registry, figuresNow: () => FleetFigures): void {
  const scraped = new ScrapedMetrics(registry)
  const flag = (value: boolean): number => (value ? 1 : 0)
  scraped.gauge('sentinel_fleet_connected', 'Whether the bus of the fleet answers: 0 or 1.', () =>
    flag(figuresNow().connected),
  )
  scraped.gauge('sentinel_fleet_leader', 'Whether this sentinel leads the fleet: 0 or 1.', () =>
    flag(figuresNow().leads),
  )
  scraped.gauge(
    'sentinel_fleet_following',
    'Whether records are judged by the model of the fleet: 0 or 1.',
    () => flag(figuresNow().model !== null),
  )
  scraped.gauge(
    'sentinel_fleet_model_version',
    'Which model of the fleet is followed: counts up with each.',
    () => figuresNow().version,
  )
  scraped.gauge(
    'sentinel_fleet_model_hash',
    'The first 12 hex digits of the hash of the model in use, as a number; 0 for none. Equal where verdicts are.',
    () => Number.parseInt(figuresNow().model?.slice(0, 12) ?? '0', 16),
  )
  scraped.gauge(
    'sentinel_fleet_model_bytes',
    'Size of the model in use, compressed.',
    () => figuresNow().modelBytes,
  )
  scraped.gauge(
    'sentinel_fleet_epoch',
    'Which leader published it: counts up with each.',
    () => figuresNow().epoch,
  )
  scraped.gauge(
    'sentinel_fleet_replicas',
    'Replicas that the leader has samples of lately; 0 at the others.',
    () => (figuresNow().leads ? figuresNow().replicas : 0),
  )
  scraped.gauge(
    'sentinel_fleet_replicas_left_out',
    'Replicas whose records are odd far more often than those of the others, and are not learnt from; 0 but at the leader.',
    () => (figuresNow().leads ? figuresNow().suspects : 0),
  )
  scraped.counters(
    'sentinel_fleet_models_total',
    'Models by what became of them here: adopted, published, refused as another one leads, unsound, or damaged.',
    ['outcome'],
    () => Object.entries(figuresNow().models).map(([outcome, count]) => [{ outcome }, count]),
  )
  scraped.counters(
    'sentinel_fleet_batches_total',
    'Batches of samples: sent, lost as the bus did not answer, or bad and left out by the leader.',
    ['outcome'],
    () => Object.entries(figuresNow().batches).map(([outcome, count]) => [{ outcome }, count]),
  )
  scraped.counters(
    'sentinel_fleet_samples_total',
    'Sampled records at the leader: learnt from, or left out as their replica had its say or is not trusted.',
    ['outcome'],
    () => [
      [{ outcome: 'learnt' }, figuresNow().samples.learnt],
      [{ outcome: 'left_out' }, figuresNow().samples.leftOut],
    ],
  )
  scraped.counter(
    'sentinel_fleet_bus_errors_total',
    'Times that the bus did not answer.',
    () => figuresNow().busErrors,
  )
  scraped.counter(
    'sentinel_fleet_alone_total',
    'Times that the bus was away for longer than the grace, and the sentinel learnt by itself.',
    () => figuresNow().alone,
  )
}
