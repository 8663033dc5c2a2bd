/**
 * Which autoscalers select which pods: two that share a pod must not scale.
 * @upstream pkg/controller/podautoscaler/horizontal.go hpasControllingPodsUnderSelector
 */
import type { Pod } from '../../api/kinds/core.js';
import { compareText } from '../../api/go-text.js';
import type { Selector } from '../../api/selectors.js';
import { splitKey } from '../../client/requests.js';

/** What a selector selects. */
export interface Selected {
  /** The list that was looked at. */
  readonly of: readonly Pod[];
  /** The state of the book. */
  readonly version: number;
  readonly pods: readonly Pod[];
  /** The autoscalers of the namespace that select one of the pods, by key. */
  readonly rivals: readonly string[];
}

/** The selectors of all autoscalers that are known; one that was never reconciled selects nothing. */
export class SelectorBook {
  private readonly selectors = new Map<string, Selector | undefined>();
  /** The pods that were selected of a list that has not changed since, by selector. */
  private readonly selected = new Map<Selector, Selected>();
  /** Grows with each change of the selectors. */
  private version = 0;

  /** Notes that the autoscaler exists. */
  add(key: string): void {
    if (this.selectors.has(key)) return;
    this.selectors.set(key, undefined);
    this.version++;
  }

  /** Notes what an autoscaler that exists selects. */
  set(key: string, selector: Selector): void {
    if (!this.selectors.has(key) || this.selectors.get(key) === selector) return;
    this.selectors.set(key, selector);
    this.version++;
  }

  remove(key: string): void {
    this.selectors.delete(key);
    this.version++;
  }

  /**
   * The pods of the namespace that the selector selects, and the autoscalers that select one of them.
   * The informer gives the same list as long as no pod has changed.
   */
  select(namespace: string, pods: readonly Pod[], selector: Selector): Selected {
    const known = this.selected.get(selector);
    if (known?.of === pods && known.version === this.version) return known;
    const chosen = pods.filter(pod => selector.matches(pod.metadata.labels));
    const rivals = this.selecting(namespace, chosen);
    const selected = { of: pods, version: this.version, pods: chosen, rivals };
    if (this.selected.size > this.selectors.size) this.selected.clear();
    this.selected.set(selector, selected);
    return selected;
  }

  private selecting(namespace: string, pods: readonly Pod[]): readonly string[] {
    const keys: string[] = [];
    for (const [key, selector] of this.selectors) {
      if (selector === undefined || splitKey(key).namespace !== namespace) continue;
      if (pods.some(pod => selector.matches(pod.metadata.labels))) keys.push(key);
    }
    return keys.sort(compareText);
  }
}
