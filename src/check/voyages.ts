/** The voyages of a check: plans around the manifests, searched for one that breaks a law. */
import { rmSync } from 'node:fs';
import type { Fault } from '../cluster.js';
import type { AutoscalerConfig } from '../gpu/autoscaler-config.js';
import type { Law, LawSettings } from '../laws/law.js';
import { planSource } from '../arbitraries/source.js';
import { explore } from '../voyages/explore.js';
import type { Counterexample, Explored, ExploreNews } from '../voyages/explored.js';
import { readFailures, saveFailure } from '../voyages/failures.js';
import type { Fleet } from '../voyages/fleet.js';
import type { NodePool } from '../voyages/plan.js';
import { storyOf } from '../voyages/story.js';
import { rebased } from './rebased.js';
import type { Sailable } from './sailable.js';

/** How the voyages go. */
export interface VoyageOptions {
  readonly laws: readonly Law[];
  /** Thresholds by law, where they are not to be the defaults. */
  readonly settings?: Readonly<Record<string, LawSettings>>;
  readonly seed: number;
  readonly runs: number;
  /** The number of the first voyage. Default 0. */
  readonly firstRun?: number;
  readonly timeMs?: number;
  readonly workers?: number;
  /** Who sails, instead: assembled ahead with the same laws and settings. It is disposed of at the end. */
  readonly fleet?: Fleet;
  /** Default: nodes that the manifests fit on. */
  readonly pools?: readonly NodePool[];
  /** Cluster Autoscaler and its node groups. Default: none. */
  readonly autoscaler?: AutoscalerConfig;
  /** The kinds of faults; none: only people act. Default all. */
  readonly faults?: readonly Fault['kind'][];
  /** Ends them when it aborts. */
  readonly signal?: AbortSignal;
  readonly progress?: (news: ExploreNews) => void;
  /** Where failures are kept, and tried first. Default .seatrial/failures. */
  readonly folder?: string;
}

/** What came of them. */
export interface VoyagesResult extends Pick<Sailable, 'standIns' | 'leftOut' | 'assumed'> {
  readonly explored: Explored;
  readonly laws: readonly Pick<Law, 'name' | 'family' | 'says' | 'source' | 'touches'>[];
  /** Counterexamples as stories. */
  readonly failures: readonly ToldFailure[];
  /** Failures of before that were tried first. */
  readonly known: number;
}

/** A counterexample, told and kept. */
export interface ToldFailure {
  readonly example: Counterexample;
  /** What the law says, what happened, the lines that do it again, the token. */
  readonly story: readonly string[];
  readonly file: string;
}

/** Sails, and keeps what failed. */
export async function tryVoyages(
  { objects, standIns, leftOut, assumed = [] }: Sailable,
  options: VoyageOptions,
): Promise<VoyagesResult> {
  const { laws, pools, autoscaler, faults, folder, timeMs, workers, progress, ...rest } = options;
  const { plans, origin } = planSource(objects, {
    ...(pools !== undefined && { pools }),
    ...(autoscaler !== undefined && { autoscaler }),
    ...(faults !== undefined && { faults }),
  });
  const known = rebased(
    readFailures(folder).map(({ plan }) => plan),
    objects,
  );
  // What is found is kept at once, so that even a process that is killed while it shrinks leaves it behind.
  const early = new Map<string, string>();
  const lawOf = (name: string): Pick<Law, 'says' | 'source'> =>
    laws.find(law => law.name === name) ?? { says: '' };
  const explored = await explore({
    ...rest,
    progress: news => {
      if (news.kind === 'found') {
        const { example } = news;
        early.set(example.law, saveFailure(example, lawOf(example.law), folder));
      }
      progress?.(news);
    },
    laws,
    plans,
    origin,
    known,
    ...(timeMs !== undefined && { timeMs }),
    ...(workers !== undefined && { workers }),
  });
  const failures = explored.counterexamples.map((example): ToldFailure => {
    const law = lawOf(example.law);
    const file = saveFailure(example, law, folder);
    const before = early.get(example.law);
    if (before !== undefined && before !== file) rmSync(before, { force: true });
    return { example, story: storyOf(example, law), file };
  });
  return { explored, laws, failures, known: known.length, standIns, leftOut, assumed };
}
