/** Where plans come from, in a form that a token can name: manifests or none, and how they are drawn. */
import type { Arbitrary } from 'fast-check';
import type { KubeObject } from '../../sim/api/object.js';
import type { VoyagePlan } from '../voyages/plan.js';
import { plansAround, type AroundOptions } from './around.js';
import { voyagePlans } from './plans.js';

/** A source of plans: what `explore` takes. */
export interface PlanSource {
  readonly plans: Arbitrary<VoyagePlan>;
  /** For tokens. */
  readonly origin: { readonly inputs: string; readonly options: AroundOptions };
}

/** Plans around manifests; without manifests plans out of nothing. */
export function planSource(
  manifests: readonly KubeObject[] | undefined,
  options: AroundOptions = {},
): PlanSource {
  const plans = manifests === undefined ? voyagePlans(options) : plansAround(manifests, options);
  const inputs = manifests === undefined ? '' : JSON.stringify(manifests);
  return { plans, origin: { inputs, options } };
}
