/** The contract of a report of `check`: what was looked at, and what was found. */
import type { Finding } from '../../check/finding.js';
import type { Rule } from '../../check/rule.js';
import type { VoyagesResult } from '../../check/voyages.js';
import type { Shard } from '../../input/shard.js';
import type { RunOfScenario } from '../reporter.js';

/** What a report is made from. */
export interface CheckReport {
  readonly version: string;
  /** What `-f` named. */
  readonly inputs: readonly string[];
  readonly objects: number;
  readonly kinds: number;
  /** What was done with the input that a reader should know. */
  readonly notes: readonly string[];
  readonly rules: readonly Rule[];
  readonly findings: readonly Finding[];
  /** Findings that the baseline knows. */
  readonly silenced: number;
  /** Whether rules about nodes had a cluster to ask. */
  readonly hasCluster: boolean;
  /** What came of the voyages; none were tried with --static. */
  readonly voyages?: VoyagesResult;
  /** The counterexamples, sailed once more for reporters that tell them over time. */
  readonly counterexamples?: readonly RunOfScenario[];
  /** The part of the voyages that this is about; default: all. */
  readonly shard?: Shard;
  /** Real milliseconds. */
  readonly wallMs: number;
}

/** Turns a report into text. */
export type CheckReporter = (report: CheckReport) => string;

/** `23 objects of 5 kinds`. */
export function objectsText({ objects, kinds }: Pick<CheckReport, 'objects' | 'kinds'>): string {
  return `${plural(objects, 'object')} of ${plural(kinds, 'kind')}`;
}

/** `2 errors, 1 warning, no info`. */
export function countsText(findings: readonly Finding[]): string {
  const of = (severity: Finding['severity']): number =>
    findings.filter(finding => finding.severity === severity).length;
  return [
    plural(of('error'), 'error'),
    plural(of('warning'), 'warning'),
    `${of('info') === 0 ? 'no' : of('info')} info`,
  ].join(', ');
}

function plural(count: number, word: string): string {
  return `${count === 0 ? 'no' : count} ${word}${count === 1 ? '' : 's'}`;
}
