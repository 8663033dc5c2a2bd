/**
 * What a namespace uses of what a quota is about.
 * @upstream staging/src/k8s.io/apiserver/pkg/quota/v1/resources.go CalculateUsage
 */
import type { ResourceQuota } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import { addTo, type Amounts } from '../../api/quota/amounts.js';
import type { QuotaMeasure, Scope } from '../../api/quota/measure.js';
import { zero, type Quantity } from '../../api/quantity.js';

/** A kind, how it is measured and all its objects of the namespace. */
export interface Measured {
  readonly measure: QuotaMeasure;
  readonly objects: readonly KubeObject[];
}

/** The use by the names of the quota that the measures know. */
export function usageOf(
  { spec }: ResourceQuota,
  kinds: readonly Measured[],
  nowMs: number,
): Amounts {
  const names = Object.keys(spec?.hard ?? {});
  const scopes: readonly Scope[] = [
    ...(spec?.scopes ?? []).map(scopeName => ({ scopeName, operator: 'Exists' })),
    ...(spec?.scopeSelector?.matchExpressions ?? []),
  ];
  const used = new Map<string, Quantity>();
  for (const { measure, objects } of kinds) {
    const tracked = names.filter(name => measure.tracks(name));
    if (tracked.length === 0) continue;
    const total = new Map<string, Quantity>();
    for (const object of objects) {
      if (!scopes.every(scope => measure.isInScope?.(object, scope) ?? false)) continue;
      addTo(total, measure.usage(object, nowMs));
    }
    for (const name of tracked) used.set(name, total.get(name) ?? zero);
  }
  return used;
}
