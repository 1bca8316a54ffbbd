/**
 * Asks again until the condition holds, for what another process does and nobody tells of.
 * @throws when it does not hold within the bound
 */
export async function until(
  condition: () => Promise<boolean>,
  what: string,
  withinMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
