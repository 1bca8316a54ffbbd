/** How request bodies are validated: what is wrong is refused, never repaired. */
export const AJV_OPTIONS = {
  customOptions: {
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: false,
    // Lets the message name value and limit.
    verbose: true,
    // The schemas are ours: checking them against the schema of schemas costs a tenth of a start.
    validateSchema: false,
  },
} as const
