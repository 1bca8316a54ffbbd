import { describe, expect, test } from 'vitest'
import { plainForm } from '#sentinel/notify/plain-form.js'
import { slackForm } from '#sentinel/notify/slack-form.js'
import { closedIncident, incidentOf } from './incidents.js'

const SENDER = { version: '1.2.3', instance: 'pod-7' }
const plain = (text: string): object => ({ type: 'plain_text', text, emoji: false })

function slackMessage(...event: Parameters<ReturnType<typeof slackForm>['bodyOf']>) {
  return JSON.parse(slackForm(SENDER).bodyOf(...event)(0))
}

test('the plain form is the event, the incident as the API shows it, and who says so', () => {
  const incident = incidentOf()
  expect(JSON.parse(plainForm(SENDER).bodyOf({ kind: 'opened', incident })(0))).toEqual({
    event: 'opened',
    incident,
    service: 'codeflow-sentinel',
    version: '1.2.3',
    instance: 'pod-7',
  })
})

describe('the form for Slack', () => {
  test('is a message of blocks, with a text for notifications', () => {
    expect(slackMessage({ kind: 'closed', incident: closedIncident() })).toEqual({
      text: 'Incident closed: /run. Latency of /run is 70 times its usual value.',
      blocks: [
        { type: 'header', text: plain('Incident closed: /run') },
        { type: 'section', text: plain('Latency of /run is 70 times its usual value.') },
        {
          type: 'section',
          fields: [
            plain('Action: throttle'),
            plain('Kind: spike'),
            plain('Feature: latency (high)'),
            plain('Records: 12'),
            plain('Usual: 127.3 ms'),
            plain('Seen: 9000 ms'),
            plain('Opened: 2026-01-01T00:00:00.000Z'),
            plain('Closed: 2026-01-01T00:02:00.000Z'),
          ],
        },
        { type: 'context', elements: [plain('Incident 19b76daa800-0000, codeflow-sentinel 1.2.3 at pod-7')] },
      ],
    })
  })

  test('leaves out what an incident of all traffic does not have', () => {
    const nothing = { route: null, feature: null, unit: null, direction: null, usual: null, seen: null }
    const incident = incidentOf({ ...nothing, kind: 'silence', action: 'observe', records: 0 })
    const { blocks } = slackMessage({ kind: 'opened', incident })
    expect(blocks[0].text.text).toBe('Incident opened: all traffic')
    expect(blocks[2].fields).toEqual([
      plain('Action: observe'),
      plain('Kind: silence'),
      plain('Records: 0'),
      plain('Opened: 2026-01-01T00:00:00.000Z'),
    ])
  })

  test('lets a route mention nobody and be no link', () => {
    const route = '/<!channel>/<https://evil.example|here>&amp;'
    const { text, blocks } = slackMessage({ kind: 'grown', incident: incidentOf({ route, summary: route }) })
    expect(text).not.toMatch(/[<>]/)
    expect(text).toContain('/&lt;!channel&gt;/&lt;https://evil.example|here&gt;&amp;amp;')
    expect(JSON.stringify(blocks)).not.toContain('mrkdwn')
  })

  test('keeps to the lengths that Slack takes, and is never empty', () => {
    const long = slackMessage({
      kind: 'opened',
      incident: incidentOf({ route: 'r'.repeat(5000), summary: 's'.repeat(5000) }),
    })
    expect(long.blocks[0].text.text).toHaveLength(150)
    expect(long.blocks[1].text.text).toHaveLength(2000)
    expect(long.text).toHaveLength(2000)
    const { blocks } = slackMessage({ kind: 'opened', incident: incidentOf({ summary: '' }) })
    expect(blocks[1].text.text).toBe('-')
  })
})
