// Loaded before the service (node --import): sets its clock by OTHER_CLOCK_MS. Time passes as before.
const byMs = Number(process.env.OTHER_CLOCK_MS)
const { now } = Date
globalThis.Date = class extends Date {
  constructor(...args) {
    super(...(args.length === 0 ? [now() + byMs] : args))
  }

  static now() {
    return now() + byMs
  }
}
