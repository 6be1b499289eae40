/** One command: what it is for, how it is called, and its work, which gives the exit code. */
export interface Command {
  readonly summary: string;
  readonly usage: string;
  run(args: readonly string[]): Promise<number>;
}
