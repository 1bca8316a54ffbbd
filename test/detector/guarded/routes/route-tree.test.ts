import { describe, expect, test } from 'vitest'
import { RouteTree } from '#sentinel/detector/guarded/routes/route-tree.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'

const treeOf = (known: string[] = []) => new RouteTree(() => new Set(known))

describe('names with digits', () => {
  test.each([
    [['/us-east-1/a', '/eu-west-1/a', '/eu-west-2/a']],
    [['/t/tenant1/x', '/t/tenant2/x']],
    [['/sensors/sensor-500', '/sensors/sensor-200']],
    [['/shards/1/get', '/shards/2/get', '/s3/k8s-node1']],
  ])('%j are told apart', (routes) => {
    const tree = treeOf()
    expect(routes.map((route) => tree.name(route))).toEqual(routes)
  })

  test.each([
    ['/orders/123456', '/orders/*'],
    ['/files/3f2504e0-4f89-41d3-9a0c-0305e82c3301/x', '/files/*/x'],
    ['/files/d41d8cd98f00b204e9800998ecf8427e', '/files/*'],
    ['/c/9f8a7bcd', '/c/*'],
    ['/days/2026-11-25/log', '/days/*/log'],
    ['/days/20261125', '/days/*'],
    ['/at/12:30:05', '/at/*'],
    ['/s/a8Kd92jXq1', '/s/*'],
    ['/mail/a.b@c.example', '/mail/*'],
    ['/v2/items', '/v2/items'],
  ])('%s is %s by its looks alone', (route, name) => {
    expect(treeOf().name(route)).toBe(name)
  })

  test('that take many values under one parent are identifiers, and that alone', () => {
    const tree = treeOf()
    tree.name('/region/eu-1/orders/7')
    for (let i = 0; i < 500; i++) tree.name(`/users/${i}/orders`)
    expect(tree.name('/users/17/orders')).toBe('/users/*/orders')
    expect(tree.name('/region/eu-1/orders/7')).toBe('/region/eu-1/orders/7')
  })

  test('stay what they are where much is known of them', () => {
    const tree = treeOf(['/t', '/t/tenant1', '/t/tenant1/x'])
    tree.name('/t/tenant1/x')
    for (let i = 100; i < 400; i++) tree.name(`/t/tenant${i}/x`)
    expect(tree.name('/t/tenant1/x')).toBe('/t/tenant1/x')
    expect(tree.name('/t/tenant399/x')).toBe('/t/*/x')
  })
})

test('a level opens again once few of its segments come up', () => {
  const tree = treeOf()
  for (let i = 0; i < 500; i++) tree.name(`/users/${i}`)
  tree.sweep()
  for (let i = 0; i < 90; i++) tree.name(`/users/${i}`)
  tree.sweep()
  expect(tree.name('/users/1')).toBe('/users/*')
  tree.sweep()
  expect(tree.name('/users/1')).toBe('/users/1')
})

test('segments without a digit stay names, however many there are', () => {
  const tree = treeOf()
  const letters = (i: number): string => i.toString(2).replaceAll('0', 'a').replaceAll('1', 'b')
  for (let i = 0; i < 6000; i++) expect(tree.name(`/${letters(i)}`)).toBe(`/${letters(i)}`)
})

test('a captured tree names as the one that it was captured of', () => {
  const tree = treeOf()
  for (let i = 0; i < 300; i++) tree.name(`/users/${i % 150}/tenant${i % 7}`)
  const restored = treeOf()
  restored.restore(decodeState(encodeState(tree.capture())) as ReturnType<RouteTree['capture']>)
  expect(restored.capture()).toEqual(tree.capture())
  for (const route of ['/users/5/tenant1', '/users/999/tenant9', '/other/5'])
    expect(restored.name(route)).toBe(tree.name(route))
})

test('any number of paths take bounded memory', () => {
  const tree = treeOf()
  for (let i = 0; i < 30_000; i++) tree.name(`/p${i % 97}/q${i % 89}/r${i % 83}/s${i % 79}`)
  expect(tree.capture().segments.length).toBeLessThanOrEqual(4097)
})
