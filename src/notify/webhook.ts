import { hostname } from 'node:os'
import type { Incident } from '../alerts/incidents/incident.js'
import { AlertmanagerForm } from './alertmanager-form.js'
import { MAX_TRIES, pauseMs } from './back-off.js'
import { type Clock, SYSTEM_CLOCK } from './clock.js'
import type { WebhookListener } from './delivery.js'
import { type Body, type Form, SERVICE, type Sender } from './form.js'
import type { IncidentEvent } from './incident-event.js'
import { plainForm } from './plain-form.js'
import { Receiver, type TryOutcome } from './receiver.js'
import { slackForm } from './slack-form.js'
import type { WebhookFormat, WebhookSettings } from './webhook-settings.js'

export interface WebhookLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface WebhookSurroundings {
  readonly log: WebhookLog
  readonly listener: WebhookListener
  /** The version that says so of itself. */
  readonly version: string
  /** Which of several sentinels this is. Default: the name of the machine or container. */
  readonly instance?: string
  readonly clock?: Clock
  /** From 0 to 1, as `Math.random` gives it. */
  readonly chance?: () => number
}

/** Notifications that wait to be posted. */
export const MAX_QUEUED = 64
/** How long stopping may wait for what is still to be posted. */
const CLOSE_WITHIN_MS = 1_000

const FORMS: Readonly<Record<WebhookFormat, (sender: Sender) => Form>> = {
  plain: plainForm,
  slack: slackForm,
  alertmanager: (sender) => new AlertmanagerForm(sender),
}

/** The webhook that the settings describe; null where there are none. */
export function webhookOf(settings: WebhookSettings | null, around: WebhookSurroundings): Webhook | null {
  return settings === null ? null : new Webhook(settings, around)
}

interface Delivery {
  readonly body: Body
  readonly maxTries: number
}

/**
 * Posts what happens to incidents, one after the other and each again until it is taken or given up. A receiver that is
 * slow, broken or gone costs the service a counter and a line in the log: nothing here throws, rejects, keeps the
 * process alive or makes an answer wait.
 */
export class Webhook {
  readonly #form: Form
  readonly #receiver: Receiver
  readonly #log: WebhookLog
  readonly #listener: WebhookListener
  readonly #clock: Clock
  readonly #chance: () => number
  readonly #queue: Delivery[] = []
  #running: Promise<void> | null = null
  /** Ends the pause between two tries. */
  #wake = (): void => {}
  #cancelRepeat = (): void => {}
  #failing = false
  #closing: Promise<void> | null = null
  #closed = false

  constructor(settings: WebhookSettings, around: WebhookSurroundings) {
    const {
      log,
      listener,
      version,
      instance = hostname(),
      clock = SYSTEM_CLOCK,
      chance = Math.random,
    } = around
    this.#form = FORMS[settings.format]({ version, instance })
    this.#receiver = new Receiver({
      url: new URL(settings.url),
      secret: settings.secret,
      timeoutMs: settings.timeoutMs,
      userAgent: `${SERVICE}/${version}`,
      clock,
    })
    this.#log = log
    this.#listener = listener
    this.#clock = clock
    this.#chance = chance
    this.#repeatLater()
  }

  /** Posts it soon; when 64 posts wait already, the oldest of them is dropped. Returns at once. */
  notify(event: IncidentEvent): void {
    if (this.#closing === null) this.#enqueue({ body: this.#form.bodyOf(event), maxTries: MAX_TRIES })
    else this.#listener.delivered('dropped')
  }

  /** Takes up incidents that were open before a restart. Nobody is told of them again; their alerts are kept alive. */
  resume(incidents: readonly Incident[]): void {
    this.#form.resume?.(incidents)
  }

  /** Tries what still waits once more, for a second at most; nothing is posted afterwards. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#cancelRepeat()
    this.#wake()
    const cancel = this.#clock.after(CLOSE_WITHIN_MS, () => {
      this.#closed = true
      this.#receiver.abort()
    })
    await this.#running
    cancel()
    for (const _ of this.#queue.splice(0)) this.#listener.delivered('dropped')
  }

  #enqueue(delivery: Delivery): void {
    this.#queue.push(delivery)
    if (this.#queue.length > MAX_QUEUED) {
      this.#queue.shift()
      this.#listener.delivered('dropped')
    }
    this.#running ??= this.#deliverAll()
  }

  async #deliverAll(): Promise<void> {
    // The record that brought it about is answered first.
    await new Promise((resolve) => setImmediate(resolve))
    while (!this.#closed) {
      const delivery = this.#queue.shift()
      if (delivery === undefined) break
      this.#report(await this.#deliver(delivery))
    }
    this.#running = null
  }

  async #deliver({ body, maxTries }: Delivery): Promise<TryOutcome> {
    for (let tries = 1; ; tries++) {
      const outcome = await this.#receiver.post(body(this.#clock.nowMs()))
      if (outcome.delivered || !outcome.worthRetrying || tries >= maxTries || this.#closing !== null) {
        return outcome
      }
      await this.#pause(pauseMs(tries, outcome.retryAfterMs, this.#chance()))
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  /** One line when posts begin to fail and one when they pass again; the counter has the rest. */
  #report(outcome: TryOutcome): void {
    this.#listener.delivered(outcome.delivered ? 'ok' : 'failed')
    if (outcome.delivered !== this.#failing) return
    this.#failing = !outcome.delivered
    if (outcome.delivered) this.#log.info({}, 'the webhook is reached again')
    else {
      this.#log.warn(
        { reason: outcome.reason },
        'an incident could not be posted to the webhook; further failures are only counted',
      )
    }
  }

  #repeatLater(): void {
    const { repeat } = this.#form
    if (repeat === undefined) return
    this.#cancelRepeat = this.#clock.after(repeat.everyMs, () => {
      // Tries under way or waiting come first: they bring new ends themselves, or the receiver is not there.
      const body = this.#running === null ? repeat.body() : null
      if (body !== null) this.#enqueue({ body, maxTries: 1 })
      this.#repeatLater()
    })
  }
}
