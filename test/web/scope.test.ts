import { expect, it } from 'vitest'
import type { DetectorAnswer } from '#sentinel/http/schemas/detector.js'
import {
  flowOf,
  queryFor,
  resolved,
  type Scope,
  searchFor,
  wholeQueryFor,
  wishIn,
} from '../../web/dashboard/connection/scope.js'

function detector(name: string, entities: readonly string[] | null = null): DetectorAnswer {
  const figures = { records: 1, trained: false, generation: 0, alert_share: 0 }
  return {
    ...{ name, features: ['latency'], ...figures },
    entities:
      entities === null
        ? null
        : {
            ...{ from: ['/tenant'], places: 4, set_aside: 0, forgotten: 0 },
            in_memory: entities.map((entity) => ({ entity, ...figures })),
          },
  }
}

const SHOP = [detector('default'), detector('checkout', ['eu', 'us'])]

it.each<[string, Scope]>([
  ['', { detector: 'default', entity: undefined }],
  ['?detector=checkout', { detector: 'checkout', entity: undefined }],
  ['?detector=checkout&entity=', { detector: 'checkout', entity: null }],
  ['?detector=checkout&entity=a%26b%2F%C3%A9+%23', { detector: 'checkout', entity: 'a&b/é #' }],
])('the address %j says whom the page shows, and the other way round', (search, scope) => {
  expect(resolved(wishIn(search), SHOP)).toEqual({ scope, note: '' })
  expect(searchFor(scope, '')).toBe(search)
  expect(wishIn(searchFor(scope, '?detector=x&entity=y'))).toEqual(wishIn(search))
})

it('what else the address says stays', () => {
  expect(searchFor({ detector: 'checkout', entity: 'eu' }, '?a=1&entity=x')).toBe(
    '?a=1&detector=checkout&entity=eu',
  )
  expect(searchFor({ detector: 'default', entity: undefined }, '?a=1&detector=x')).toBe('?a=1')
})

it('what is not there falls back, with a word', () => {
  expect(resolved(wishIn('?detector=chekout&entity=eu'), SHOP)).toEqual({
    scope: { detector: 'default', entity: undefined },
    note: 'There is no detector “chekout” here. default is shown.',
  })
  expect(resolved(wishIn('?detector=default&entity=eu'), SHOP)).toEqual({
    scope: { detector: 'default', entity: undefined },
    note: 'default has one baseline for all, and no entities.',
  })
  // Whether an entity has a baseline that is kept the service knows alone.
  expect(resolved(wishIn('?detector=checkout&entity=nobody'), SHOP).scope?.entity).toBe('nobody')
})

it('one detector alone is asked as ever, unless it keeps entities', () => {
  expect(resolved(wishIn(''), [detector('default')])).toEqual({ scope: null, note: '' })
  expect(resolved(wishIn('?detector=default'), [detector('default')])).toEqual({ scope: null, note: '' })
  expect(resolved(wishIn('?detector=x'), [detector('default')])).toEqual({
    scope: null,
    note: 'There is no detector “x” here.',
  })
  expect(resolved(wishIn(''), [detector('default', [])]).scope).toEqual({
    detector: 'default',
    entity: undefined,
  })
})

it('requests name whom they are for where there are several', () => {
  const eu = { detector: 'checkout', entity: 'e u' }
  expect([queryFor(null), queryFor(null, { limit: '5' })]).toEqual(['', '?limit=5'])
  expect(queryFor(eu, { limit: '5' })).toBe('?limit=5&detector=checkout&entity=e+u')
  expect(queryFor({ ...eu, entity: null })).toBe('?detector=checkout&entity=')
  expect(wholeQueryFor(eu, { route: '/a&b' })).toBe('?route=%2Fa%26b&detector=checkout')
  expect([flowOf(null), flowOf(eu)]).toEqual(['./analyze-flow', './detectors/checkout/analyze-flow'])
})
