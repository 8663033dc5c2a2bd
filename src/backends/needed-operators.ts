/** Which operators manifests need that run only where they are needed. */
import type { KubeObject } from '../../sim/api/object.js';
import { operators } from '../../sim/operators/index.js';
import type { Operator } from '../../sim/operators/operator.js';

/** Those that run only where their kinds are, and what they need. */
export function neededBy(manifests: readonly KubeObject[]): readonly Operator[] {
  const groups = new Set(manifests.map(({ apiVersion = '' }) => apiVersion.split('/')[0]));
  const isNeeded = ({ isOnDemand, manifests: own }: Operator): boolean =>
    isOnDemand === true &&
    own().some(({ kind, spec }) => {
      const { group } = (spec ?? {}) as { readonly group?: string };
      return kind === 'CustomResourceDefinition' && groups.has(group);
    });
  const named = Object.values(operators).filter(isNeeded);
  const names = new Set(named.flatMap(({ name, needs = [] }) => [...needs, name]));
  return [...names].flatMap(name => operators[name] ?? []);
}
