/** The contract of completions: what is asked, and what can be answered. */

/** A word that can stand there. */
export interface Candidate {
  readonly value: string;
  readonly about?: string;
}

/** What can stand in a place. */
export interface Completions {
  readonly candidates: readonly Candidate[];
  /** What of the file system can stand there besides: the shell knows it best. */
  readonly besides?: 'files' | 'folders';
  /** Whether a candidate is but the beginning of a word: `kubeconfig:`, `gpu-held-once.`. */
  readonly isOpen?: boolean;
}

/** Where on the command line it is asked. */
export interface Asked {
  readonly command: string;
  /** What of the value was typed. */
  readonly typed: string;
  readonly positionals: readonly string[];
}

/** Tells what an option (`--laws`) or an argument (`explain what`) without choices of its own can be. */
export type ValuesOf = (name: string, metavar: string, asked: Asked) => Promise<Completions>;
