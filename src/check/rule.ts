/** The contract of a rule of the static pass. One rule to a file in `rules/`; its id never changes. */
import type { FieldPath } from '../input/located.js';
import type { AnyEntry } from './entry.js';
import type { Survey } from './survey.js';

/**
 * How sure and how bad: `error` cannot work, `warning` works until the day it does not, `info` is what
 * manifests alone cannot decide.
 */
export type Severity = 'error' | 'warning' | 'info';

/** A rule. */
export interface Rule {
  /** `SEA` and three digits: 0 input, 1 scheduling, 2 references, 3 policy, 4 resources, 5 scaling, 6 security. */
  readonly id: `SEA${number}`;
  /** A few words in kebab-case. */
  readonly name: string;
  /** Of hits that do not say their own. */
  readonly severity: Severity;
  /** What it finds, in one sentence. */
  readonly title: string;
  /** Why it bites. */
  readonly why: string;
  /** How to mend it, for hits that do not know better. */
  readonly fix: string;
  /** Where Kubernetes says so. */
  readonly source: string;
  find(survey: Survey): Iterable<Hit>;
}

/** A place at which a rule finds something. */
export interface Hit {
  readonly entry: AnyEntry;
  readonly path: FieldPath;
  readonly message: string;
  readonly severity?: Severity;
  readonly fix?: string;
  /** Tells hits at one place apart, where there can be several. */
  readonly subject?: string;
}
