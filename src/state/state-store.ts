/** Where a state is kept, whatever that is: a file, an object store, a test's variable. */
export interface StateStore {
  /** Names the place in log lines. */
  readonly path: string
  /**
   * The bytes of the state; null when there is none.
   * @throws StateError when there is something that cannot be a state
   */
  read(): Promise<Buffer | null>
  /** Replaces the state, whole or not at all. When it rejects, the one before is still there. */
  write(bytes: Uint8Array): Promise<void>
  /** Moves a state that cannot be used out of the way; returns where to. */
  setAside(): Promise<string>
}
