/** The transcripts of kubectl, as the vectors' README describes them. */

/** How a command ended and what it printed. */
export interface Ended {
  /** The exit code, or `stopped` when it had to be killed. */
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command and what it prints. */
export interface Step {
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Keeps the trimmed output under this name, for `{{var:name}}`. */
  readonly save?: string;
  /** Repeated until it answers as expected. */
  readonly eventually?: boolean;
  /** The order of the output's lines is not compared. */
  readonly sortLines?: boolean;
  readonly stopAfterMs?: number;
  /** What is done while the command runs. */
  readonly during?: readonly Step[];
  readonly thenWaitSeconds?: number;
  readonly expect: Ended;
}

/** Commands in a namespace and a working folder of their own. */
export interface Transcript {
  readonly id: string;
  readonly namespace: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
