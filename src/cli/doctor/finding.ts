/** The contract of what the doctor finds. */

/** One thing that was looked at. */
export interface Finding {
  /** What it is, in a word or two. */
  readonly name: string;
  /** `missing`: what needs it cannot run; `untidy`: it can, and something wants to be seen to. */
  readonly state: 'ok' | 'untidy' | 'missing';
  readonly says: string;
  /** The next step, where there is one. */
  readonly next?: string;
  /** The backends that need it; none: it is of use, and nothing needs it. */
  readonly needed: 'always' | readonly string[];
}
