/**
 * Where a fact stands among the attributes of a span, by OpenTelemetry's semantic conventions of today and, behind them,
 * by those of before they became stable. The first attribute that a span has counts.
 */
export const CONVENTIONS = {
  status: ['http.response.status_code', 'http.status_code'],
  inputLength: [
    'http.request.body.size',
    'http.request.size',
    'http.request_content_length',
    'http.request_content_length_uncompressed',
    'messaging.message.body.size',
    'messaging.message.envelope.size',
    'messaging.message_payload_size_bytes',
  ],
  /** A pattern or a name; a path only where there is neither. */
  route: [
    'http.route',
    'rpc.method',
    'messaging.destination.template',
    'messaging.destination.name',
    'messaging.destination',
    'url.path',
    'http.target',
  ],
  rpcService: ['rpc.service'],
  error: ['error.type'],
} as const

/** The event that a span has for an error that was thrown. */
export const EXCEPTION_EVENT = 'exception'
