import type { Incident } from '../alerts/incidents/incident.js'
import { plainText } from '../text/plain-text.js'
import { figureOf } from './figure.js'
import { type Form, SERVICE, type Sender } from './form.js'
import type { IncidentEvent, IncidentEventKind } from './incident-event.js'

/** Slack refuses a message with longer texts. */
const MAX_HEADER_CHARS = 150
const MAX_TEXT_CHARS = 2000

const HAPPENED: Readonly<Record<IncidentEventKind, string>> = {
  opened: 'Incident opened',
  grown: 'Incident grew',
  closed: 'Incident closed',
}

/**
 * A message for a Slack incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
 * Blocks are plain text, in which a route can neither mention anybody nor be a link; `text` is what notifications
 * show, and is escaped.
 */
export function slackForm(sender: Sender): Form {
  return {
    bodyOf(event) {
      const body = JSON.stringify(messageOf(event, sender))
      return () => body
    },
  }
}

function messageOf({ kind, incident }: IncidentEvent, { version, instance }: Sender): object {
  const title = `${HAPPENED[kind]}: ${incident.route ?? 'all traffic'}`
  const origin = `Incident ${incident.id}, ${SERVICE} ${version} at ${instance}`
  return {
    text: escaped(plainText(`${title}. ${incident.summary}`, MAX_TEXT_CHARS)),
    blocks: [
      { type: 'header', text: textOf(title, MAX_HEADER_CHARS) },
      { type: 'section', text: textOf(incident.summary) },
      { type: 'section', fields: fieldsOf(incident).map(([name, value]) => textOf(`${name}: ${value}`)) },
      { type: 'context', elements: [textOf(origin)] },
    ],
  }
}

/** At most ten, as Slack allows. */
function fieldsOf(incident: Incident): [name: string, value: string | number][] {
  const { feature, direction, unit, usual, seen, closed, detector = null, entity = null } = incident
  const fields: [string, string | number | null][] = [
    ['Detector', detector],
    ['Entity', entity],
    ['Action', incident.action],
    ['Kind', incident.kind],
    ['Feature', feature === null || direction === null ? feature : `${feature} (${direction})`],
    ['Records', incident.records],
    ['Usual', usual === null ? null : figureOf(usual, unit)],
    ['Seen', seen === null ? null : figureOf(seen, unit)],
    ['Opened', incident.opened],
    ['Closed', closed],
  ]
  return fields.filter((field): field is [string, string | number] => field[1] !== null)
}

/** Slack refuses an empty text. */
function textOf(text: string, maxChars = MAX_TEXT_CHARS): object {
  return { type: 'plain_text', text: plainText(text, maxChars) || '-', emoji: false }
}

/** The three characters that begin a mention, a link or an entity in Slack's own markup. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
