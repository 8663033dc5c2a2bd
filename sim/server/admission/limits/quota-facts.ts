/** What a quota says, kept from one charge to the next: its limits as amounts, and what is used of them. */
import { compareText } from '../../../api/go-text.js';
import type { ResourceQuota } from '../../../api/kinds/core.js';
import { amountsOf, listOf, type Amounts, type ResourceList } from '../../../api/quota/amounts.js';
import type { QuotaMeasure } from '../../../api/quota/measure.js';

/** The limits of a quota, and its use as it was read or charged last. */
export class QuotaFacts {
  readonly hard: Amounts;
  private readonly tracked = new Map<QuotaMeasure, readonly string[]>();
  private usedList: ResourceList | undefined;
  private usedAmounts: Amounts = new Map();

  constructor(hard: ResourceList | undefined) {
    this.hard = amountsOf(hard);
  }

  /** The names of the limits that the measure tracks, in their order. */
  trackedBy(measure: QuotaMeasure): readonly string[] {
    let names = this.tracked.get(measure);
    if (names === undefined) {
      names = [...this.hard.keys()].filter(name => measure.tracks(name)).sort(compareText);
      this.tracked.set(measure, names);
    }
    return names;
  }

  /** The amounts of the list of what is used. */
  used(list: ResourceList | undefined): Amounts {
    if (list === undefined || list !== this.usedList) {
      this.usedList = list;
      this.usedAmounts = amountsOf(list);
    }
    return this.usedAmounts;
  }

  /** The list of what is used from now on; the next question is most likely about it. */
  charged(amounts: Amounts): ResourceList {
    this.usedAmounts = amounts;
    return (this.usedList = listOf(amounts));
  }
}

const known = new WeakMap<ResourceList, QuotaFacts>();
const none = new QuotaFacts(undefined);

/** The facts of a stored quota: they live as long as its list of limits, which charges hand on unchanged. */
export function quotaFacts({ status }: ResourceQuota): QuotaFacts {
  const hard = status?.hard;
  if (hard === undefined) return none;
  let facts = known.get(hard);
  if (facts === undefined) known.set(hard, (facts = new QuotaFacts(hard)));
  return facts;
}
