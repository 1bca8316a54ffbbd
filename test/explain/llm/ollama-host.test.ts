import { describe, expect, it } from 'vitest'
import { readOllamaHost } from '#sentinel/explain/llm/ollama-host.js'

describe('the address of the language model', () => {
  it.each([
    ['localhost', 'http://localhost:11434'],
    ['localhost:11434', 'http://localhost:11434'],
    ['127.0.0.1:11434', 'http://127.0.0.1:11434'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:8080', 'http://127.0.0.1:8080'],
    ['http://0.0.0.0:11434', 'http://127.0.0.1:11434'],
    [':11434', 'http://127.0.0.1:11434'],
    [':8080', 'http://127.0.0.1:8080'],
    ['ollama.lan', 'http://ollama.lan:11434'],
    ['ollama.lan:11434/', 'http://ollama.lan:11434'],
    ['ollama.lan/prefix/', 'http://ollama.lan:11434/prefix'],
    ['ollama.lan:', 'http://ollama.lan:11434'],
    ['[::1]:11434', 'http://[::1]:11434'],
    ['[::1]', 'http://[::1]:11434'],
    ['::1', 'http://[::1]:11434'],
    ['[::]:11434', 'http://127.0.0.1:11434'],
    ['::', 'http://127.0.0.1:11434'],
    ['fd12::1', 'http://[fd12::1]:11434'],
    ['  localhost  ', 'http://localhost:11434'],
    ['ollama.com', 'https://ollama.com'],
    ['http://localhost', 'http://localhost'],
    ['http://ollama.lan:80', 'http://ollama.lan'],
    ['https://ollama.lan', 'https://ollama.lan'],
    ['HTTPS://Ollama.lan:8443/', 'https://ollama.lan:8443'],
    ['http://:8080', 'http://127.0.0.1:8080'],
    ['https://ollama.example.org/prefix', 'https://ollama.example.org/prefix'],
    ['http://[fd12::1]', 'http://[fd12::1]'],
    ['', 'http://127.0.0.1:11434'],
  ])('%j is read as Ollama reads it: %s', (text, url) => {
    expect(readOllamaHost(text)).toBe(url)
  })

  it.each(['ftp://localhost', 'file:///etc/passwd', 'http://', 'localhost:99999', 'localhost:port', 'a b'])(
    'cannot be %j',
    (host) => {
      expect(() => readOllamaHost(host)).toThrow(/http:\/\/ or https:\/\//)
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
    '169.254.169.254',
    '169.254.169.254:11434',
    '[fe80::1]:11434',
    'metadata.google.internal:80',
  ])('must not be link-local or a metadata service: %s', (host) => {
    expect(() => readOllamaHost(host)).toThrow(/link-local/)
  })

  it('is refused with credentials, which the message does not repeat', () => {
    const check = (): string => readOllamaHost('http://admin:hunter2@localhost:11434')
    expect(check).toThrow(/no user name or password/)
    expect(check).not.toThrow(/hunter2|admin/)
    expect(() => readOllamaHost('admin:hunter2@localhost')).toThrow(/no user name or password/)
  })

  it('is refused with a query or a fragment', () => {
    expect(() => readOllamaHost('http://localhost:11434/?a=1')).toThrow(/no query/)
    expect(() => readOllamaHost('http://localhost:11434/#a')).toThrow(/no fragment/)
  })
})
