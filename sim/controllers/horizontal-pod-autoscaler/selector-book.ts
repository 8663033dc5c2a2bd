/**
 * Which autoscalers select which pods: two that share a pod must not scale.
 * @upstream pkg/controller/podautoscaler/horizontal.go hpasControllingPodsUnderSelector
 */
import type { Pod } from '../../api/kinds/core.js';
import { compareText } from '../../api/go-text.js';
import type { Selector } from '../../api/selectors.js';
import { splitKey } from '../../client/requests.js';

/** The selectors of all autoscalers that are known; one that was never reconciled selects nothing. */
export class SelectorBook {
  private readonly selectors = new Map<string, Selector | undefined>();

  /** Notes that the autoscaler exists. */
  add(key: string): void {
    if (!this.selectors.has(key)) this.selectors.set(key, undefined);
  }

  /** Notes what an autoscaler that exists selects. */
  set(key: string, selector: Selector): void {
    if (this.selectors.has(key)) this.selectors.set(key, selector);
  }

  remove(key: string): void {
    this.selectors.delete(key);
  }

  /** The autoscalers of the namespace that select one of the pods, by key. */
  selecting(namespace: string, pods: readonly Pod[]): readonly string[] {
    const keys: string[] = [];
    for (const [key, selector] of this.selectors) {
      if (selector === undefined || splitKey(key).namespace !== namespace) continue;
      if (pods.some(pod => selector.matches(pod.metadata.labels))) keys.push(key);
    }
    return keys.sort(compareText);
  }
}
