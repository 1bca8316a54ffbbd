import { describe, expect, it } from 'vitest'
import { checkWebhookUrl } from '#sentinel/notify/webhook-url.js'

describe('the address of the webhook', () => {
  it.each(['http://127.0.0.1:9000', 'https://hooks.example/a/b?key=c', 'http://[fd12::1]/hook'])(
    'may be %s',
    (url) => {
      expect(checkWebhookUrl(url, 'plain').href).toContain(new URL(url).host)
    },
  )

  it.each([
    ['hooks.example', /beginning with http:\/\/ or https:\/\//],
    ['https://', /beginning with http:\/\/ or https:\/\//],
    ['https://me:s3cret@hooks.example/', /no user name or password/],
    ['https://hooks.example/s3cret#a', /no fragment/],
    ['http://169.254.169.254/s3cret', /link-local/],
    ['http://0xa9fea9fe/s3cret', /link-local/],
    ['http://[fe80::1]/s3cret', /link-local/],
    ['http://metadata.google.internal/s3cret', /link-local/],
  ])('must not be %s, and the message does not repeat it', (url, said) => {
    const check = (): URL => checkWebhookUrl(url, 'slack')
    expect(check).toThrow(said)
    expect(check).toThrow(/^SENTINEL_WEBHOOK_URL must [^\n]+ https:\/\/hooks\.slack\.com/)
    expect(check).not.toThrow(/s3cret/)
  })

  it('is the path of the API where the receiver is an Alertmanager', () => {
    const url = 'http://alertmanager:9093/prefix/api/v2/alerts'
    expect(checkWebhookUrl(url, 'alertmanager').href).toBe(url)
    expect(() => checkWebhookUrl('http://alertmanager:9093/s3cret', 'alertmanager')).toThrow(
      'SENTINEL_WEBHOOK_URL must end in /api/v2/alerts where SENTINEL_WEBHOOK_FORMAT is alertmanager: ' +
        'give a URL such as http://alertmanager:9093/api/v2/alerts',
    )
  })
})
