/** How what is sent is validated: what is wrong is refused, never repaired. */
export const AJV_OPTIONS = {
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: false,
  // Errors carry the value and the schema that refused it, which the messages name.
  verbose: true,
  // To check the schemas themselves, which are ours, would take as long again as to compile them; to know what they
  // would be checked against, some more.
  validateSchema: false,
  meta: false,
  // Nothing refers to them by their name but the records, which are added.
  addUsedSchema: false,
} as const
