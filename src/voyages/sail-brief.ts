/** A voyage as a search needs it: what can travel between threads. */
import type { Breach } from '../laws/law.js';
import { lastingObjects } from './lasting-objects.js';
import type { VoyagePlan } from './plan.js';
import { readinessOf, type Readiness } from './never-ready.js';
import { runPlan, type PlanOptions, type VoyageStats } from './run-plan.js';

/** What came of a voyage, without its history. */
export interface Brief {
  readonly digest: string;
  readonly startMs: number;
  readonly verdicts: readonly {
    readonly law: string;
    readonly kind: 'held' | 'vacuous' | 'inconclusive' | 'broken';
    readonly breaches: readonly Breach[];
    /** Why nothing can be said; only where it is inconclusive. */
    readonly why?: string;
  }[];
  readonly stats: VoyageStats;
  readonly readiness: Readiness;
}

/** Sails a plan and keeps what matters. */
export async function sailBrief(
  plan: VoyagePlan,
  options: Pick<PlanOptions, 'laws' | 'planted' | 'settings' | 'tell'>,
): Promise<Brief> {
  const lasting = { ...plan, objects: lastingObjects(plan.objects) };
  const { digest, startMs, verdicts, stats, history } = await runPlan(lasting, options);
  return {
    digest,
    startMs,
    stats,
    readiness: readinessOf(lasting.objects, history),
    verdicts: verdicts.map(verdict => ({
      law: verdict.law,
      kind: verdict.kind,
      breaches: verdict.kind === 'broken' ? verdict.breaches : [],
      ...(verdict.kind === 'inconclusive' && { why: verdict.why }),
    })),
  };
}
