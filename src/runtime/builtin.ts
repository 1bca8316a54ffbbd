/**
 * One of Node's own modules where the runtime has them (Node, Deno, Bun); undefined in browsers and at the edge. An
 * `import` of it would be looked for by bundlers and browsers, and fail.
 */
export function builtin<Module>(name: string): Module | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): Module | undefined } }
  return process?.getBuiltinModule?.(name)
}
