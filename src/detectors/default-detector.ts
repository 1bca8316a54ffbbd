/** What judges where nobody says which detector. */
export const DEFAULT_DETECTOR = 'default'
