export type { AdapterCounts } from './counts.js'
export { SentinelSampler } from './opentelemetry/sampler.js'
export { SentinelSpanProcessor, type SpanProcessorOptions } from './opentelemetry/span-processor.js'
