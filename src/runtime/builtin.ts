/**
 * One of Node's own modules where the runtime has them (Node, Deno, Bun); undefined in browsers and at the edge. An
 * `import` of it would be looked for by bundlers and browsers, and fail.
 */
export function builtin<Module>(name: string): Module | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): Module | undefined } }
  return process?.getBuiltinModule?.(name)
}

/** Whether there is one, without loading it where the runtime can tell. */
export function hasBuiltin(name: string): boolean {
  const { isBuiltin } = builtin<{ isBuiltin?(name: string): boolean }>('node:module') ?? {}
  return isBuiltin?.(name) ?? builtin(name) !== undefined
}
