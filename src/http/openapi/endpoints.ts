/** What a client may call. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** As routes spell it: `:name` stands for one segment of the path, `*` for the rest. */
  readonly url: string
  /** What it is for, in a few words. */
  readonly summary: string
  /** Its group in the OpenAPI document; null for pages and their files, which the document leaves out. */
  readonly tag:
    | 'analysis'
    | 'activity'
    | 'anomalies'
    | 'incidents'
    | 'operator'
    | 'health'
    | 'metrics'
    | 'docs'
    | null
}

/**
 * Every endpoint of the service, by its `operationId`. The routes take address, summary and tag from here, and
 * `--help` lists them without building the app.
 */
export const ENDPOINTS = {
  analyzeFlow: {
    method: 'POST',
    url: '/analyze-flow',
    summary: 'Judge one telemetry record',
    tag: 'analysis',
  },
  analyzeBatch: {
    method: 'POST',
    url: '/analyze-flow/batch',
    summary: 'Judge many telemetry records',
    tag: 'analysis',
  },
  detectorFlow: {
    method: 'POST',
    url: '/detectors/:name/analyze-flow',
    summary: 'Judge one record by the detector of this name',
    tag: 'analysis',
  },
  detectorBatch: {
    method: 'POST',
    url: '/detectors/:name/analyze-flow/batch',
    summary: 'Judge many records by the detector of this name',
    tag: 'analysis',
  },
  otlpTraces: {
    method: 'POST',
    url: '/v1/traces',
    summary: "Judge spans, as OpenTelemetry's exporters send them",
    tag: 'analysis',
  },
  otlpMetrics: { method: 'POST', url: '/v1/metrics', summary: 'Refused: only spans are judged', tag: null },
  otlpLogs: { method: 'POST', url: '/v1/logs', summary: 'Refused: only spans are judged', tag: null },
  timeline: {
    method: 'GET',
    url: '/timeline',
    summary: 'What became of the records over time, in columns',
    tag: 'activity',
  },
  routes: {
    method: 'GET',
    url: '/routes',
    summary: 'The routes of the last hour, with their usual values',
    tag: 'activity',
  },
  whatIf: {
    method: 'GET',
    url: '/what-if',
    summary: 'How many alerts other alert rates would have raised',
    tag: 'activity',
  },
  liveStatus: {
    method: 'GET',
    url: '/live',
    summary: 'How things stand, once a second, as server-sent events',
    tag: 'activity',
  },
  anomalies: {
    method: 'GET',
    url: '/anomalies',
    summary: 'Recent anomalies, newest first',
    tag: 'anomalies',
  },
  anomaly: {
    method: 'GET',
    url: '/anomalies/:id',
    summary: 'One anomaly with its full detail',
    tag: 'anomalies',
  },
  anomalyStream: {
    method: 'GET',
    url: '/anomalies/stream',
    summary: 'Anomalies and incidents as they happen, as server-sent events',
    tag: 'anomalies',
  },
  incidents: {
    method: 'GET',
    url: '/incidents',
    summary: 'Recent incidents, newest first',
    tag: 'incidents',
  },
  incident: { method: 'GET', url: '/incidents/:id', summary: 'One incident', tag: 'incidents' },
  anomalyFeedback: {
    method: 'POST',
    url: '/anomalies/:id/feedback',
    summary: 'Say that an anomaly was expected, or a threat',
    tag: 'operator',
  },
  incidentFeedback: {
    method: 'POST',
    url: '/incidents/:id/feedback',
    summary: 'Say that an incident was expected, or a threat',
    tag: 'operator',
  },
  mutes: {
    method: 'GET',
    url: '/mutes',
    summary: 'What is muted, never learnt, or expected by habit',
    tag: 'operator',
  },
  endMute: {
    method: 'DELETE',
    url: '/mutes/:id',
    summary: 'Take a mute or a threat back, or end a habit',
    tag: 'operator',
  },
  learning: { method: 'GET', url: '/learning', summary: 'Whether it learns', tag: 'operator' },
  pauseLearning: {
    method: 'POST',
    url: '/learning',
    summary: 'Pause learning for a time, or go on',
    tag: 'operator',
  },
  resetLearning: {
    method: 'POST',
    url: '/learning/reset',
    summary: 'Forget what was learnt of a route, or everything',
    tag: 'operator',
  },
  changedLearning: {
    method: 'POST',
    url: '/learning/changed',
    summary: 'Say that a deploy has changed a route, or all of them',
    tag: 'operator',
  },
  detectors: {
    method: 'GET',
    url: '/detectors',
    summary: 'The detectors, what they watch and how much they know',
    tag: 'health',
  },
  health: { method: 'GET', url: '/health', summary: 'State of the service', tag: 'health' },
  live: { method: 'GET', url: '/health/live', summary: 'Whether the process answers', tag: 'health' },
  ready: { method: 'GET', url: '/health/ready', summary: 'Whether the service takes records', tag: 'health' },
  metrics: { method: 'GET', url: '/metrics', summary: 'Metrics for Prometheus', tag: 'metrics' },
  openapi: { method: 'GET', url: '/openapi.json', summary: 'This API as an OpenAPI document', tag: 'docs' },
  docs: { method: 'GET', url: '/docs', summary: 'The API in Swagger UI', tag: null },
  docsFile: { method: 'GET', url: '/docs/:file', summary: 'Files of /docs and /redoc', tag: null },
  redoc: { method: 'GET', url: '/redoc', summary: 'The API in ReDoc', tag: null },
  dashboard: { method: 'GET', url: '/', summary: 'What the service sees, as a page', tag: null },
  dashboardFile: { method: 'GET', url: '/dashboard/*', summary: 'Files of the page at /', tag: null },
  playground: { method: 'GET', url: '/playground', summary: 'The forest in your browser', tag: null },
  playgroundFile: { method: 'GET', url: '/playground/*', summary: 'Files of /playground', tag: null },
} as const satisfies Readonly<Record<string, Endpoint>>

export type EndpointName = keyof typeof ENDPOINTS

/** The part of a route's schema that says what the route is for. */
export function describing(name: EndpointName) {
  const { summary, tag } = ENDPOINTS[name]
  return tag === null ? { hide: true } : { operationId: name, summary, tags: [tag] }
}
