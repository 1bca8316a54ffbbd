/** How request bodies are validated: what is wrong is refused, never repaired. */
export const AJV_OPTIONS = {
  customOptions: {
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: false,
    // Errors carry the value and the schema that refused it, which the messages name.
    verbose: true,
    // To check the schemas themselves, which are ours, would add a tenth to the time of a start; to know what they
    // would be checked against, some more.
    validateSchema: false,
    meta: false,
  },
} as const
