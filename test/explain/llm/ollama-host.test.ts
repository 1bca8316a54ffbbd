import { describe, expect, it } from 'vitest'
import { checkOllamaHost } from '#sentinel/explain/llm/ollama-host.js'

describe('the address of the language model', () => {
  it.each([
    'http://localhost:11434',
    'https://ollama.example.org/prefix',
    'http://[::1]:11434',
    'http://192.168.1.20:11434',
    'http://[fd12::1]',
  ])('may be %s', (host) => {
    expect(checkOllamaHost(host).protocol).toMatch(/^https?:$/)
  })

  it.each(['', 'localhost:11434', '127.0.0.1:11434', 'ftp://localhost', 'file:///etc/passwd', 'http://'])(
    'must be a full http or https URL, not %j',
    (host) => {
      expect(() => checkOllamaHost(host)).toThrow(/http:\/\/ or https:\/\//)
    },
  )

  it.each([
    'http://169.254.169.254',
    'http://169.254.1.1:11434',
    'http://0xa9fea9fe',
    'http://2852039166/',
    'http://169.254.43518',
    'http://[::ffff:169.254.169.254]',
    'http://[::169.254.169.254]',
    'http://[64:ff9b::a9fe:a9fe]',
    'http://[2002:a9fe:a9fe::1]',
    'http://[fe80::1]',
    'http://[febf::1]',
    'http://[fd00:ec2::254]',
    'http://100.100.100.200',
    'http://metadata.google.internal',
    'http://METADATA.google.internal./',
  ])('must not be link-local or a metadata service: %s', (host) => {
    expect(() => checkOllamaHost(host)).toThrow(/link-local/)
  })

  it('is refused with credentials, which the message does not repeat', () => {
    const check = (): URL => checkOllamaHost('http://admin:hunter2@localhost:11434')
    expect(check).toThrow(/no user name or password/)
    expect(check).not.toThrow(/hunter2|admin/)
  })

  it('is refused with a query or a fragment', () => {
    expect(() => checkOllamaHost('http://localhost:11434/?a=1')).toThrow(/no query/)
    expect(() => checkOllamaHost('http://localhost:11434/#a')).toThrow(/no fragment/)
  })
})
