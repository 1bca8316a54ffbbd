/** How long a mute holds where nothing else is said, and how long anything may, in days. */
export const MUTE_DAYS = 7
export const MAX_DAYS = 90
export const MAX_NOTE_CHARS = 500
