// Loaded before the service (node --import), it takes away what worker threads need, so that fits run inline.
delete globalThis.SharedArrayBuffer
