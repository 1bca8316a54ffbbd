/** Where a state is kept, whatever that is: a file, an object store, a test's variable. */
export interface StateStore {
  /** Names the place in log lines. */
  readonly path: string
  /**
   * Takes the place for this process, where others might write to it, too.
   * @returns null when it is ours, or who has it
   */
  claim?(): Promise<string | null>
  /** Gives the place back. */
  release?(): Promise<void>
  /**
   * The bytes of the state; null when there is none.
   * @throws StateError when there is something that cannot be a state, and another error when there may be one that
   * cannot be read
   */
  read(): Promise<Uint8Array | null>
  /** Replaces the state, whole or not at all. When it rejects, the one before is still there. */
  write(bytes: Uint8Array): Promise<void>
  /** Moves a state that cannot be used out of the way; returns where to. */
  setAside(): Promise<string>
}
