/** Plans as an arbitrary of fast-check's whose shrinking is ours: from the plan alone, quickly. */
import fc from 'fast-check';
import type { VoyagePlan } from '../voyages/plan.js';
import { smallerPlans } from '../voyages/shrink.js';

/** Draws as the given arbitrary does; shrinks by `smallerPlans`, so that any plan can be shrunk. */
export function planArbitrary(drawn: fc.Arbitrary<VoyagePlan>): fc.Arbitrary<VoyagePlan> {
  return new PlanArbitrary(drawn);
}

class PlanArbitrary extends fc.Arbitrary<VoyagePlan> {
  constructor(private readonly drawn: fc.Arbitrary<VoyagePlan>) {
    super();
  }

  generate(random: fc.Random, biasFactor: number | undefined): fc.Value<VoyagePlan> {
    return new fc.Value(this.drawn.generate(random, biasFactor).value, undefined);
  }

  canShrinkWithoutContext(value: unknown): value is VoyagePlan {
    return typeof value === 'object' && value !== null && 'cluster' in value && 'events' in value;
  }

  shrink(plan: VoyagePlan): fc.Stream<fc.Value<VoyagePlan>> {
    return fc.stream(smallerPlans(plan)).map(smaller => new fc.Value(smaller, undefined));
  }
}
