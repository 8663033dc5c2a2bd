/**
 * What a pod as a whole requests and is limited to.
 * @upstream staging/src/k8s.io/component-helpers/resource/helpers.go
 */
import type { Container, Pod } from '../api/kinds/core.js';
import { quantity, type Quantity } from '../api/quantity.js';

/** Amounts by resource name. */
export type Amounts = Readonly<Record<string, Quantity>>;

type Which = 'requests' | 'limits';

/** The requests of the pod: its containers, what its init containers need at most, its own, its overhead. */
export function podRequests(pod: Pod): Amounts {
  const amounts = ofContainers(pod, 'requests');
  setPodLevel(amounts, pod, 'requests');
  for (const [name, overhead] of Object.entries(pod.spec?.overhead ?? {})) {
    addTo(amounts, name, quantity(overhead));
  }
  return amounts;
}

/** The limits of the pod; overhead is added where there is a limit. */
export function podLimits(pod: Pod): Amounts {
  const amounts = ofContainers(pod, 'limits');
  setPodLevel(amounts, pod, 'limits');
  for (const [name, overhead] of Object.entries(pod.spec?.overhead ?? {})) {
    const limit = amounts[name];
    if (limit !== undefined && limit.sign() !== 0) amounts[name] = limit.add(quantity(overhead));
  }
  return amounts;
}

function ofContainers(pod: Pod, which: Which): Record<string, Quantity> {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const total: Record<string, Quantity> = {};
  for (const container of containers) addAll(total, container, which);
  const sidecars: Record<string, Quantity> = {};
  const initial: Record<string, Quantity> = {};
  for (const container of initContainers) {
    if (container.restartPolicy === 'Always') {
      addAll(total, container, which);
      addAll(sidecars, container, which);
      raiseAll(initial, sidecars);
    } else {
      const needed = { ...sidecars };
      addAll(needed, container, which);
      raiseAll(initial, needed);
    }
  }
  raiseAll(total, initial);
  return total;
}

function setPodLevel(amounts: Record<string, Quantity>, pod: Pod, which: Which): void {
  for (const [name, amount] of Object.entries(pod.spec?.resources?.[which] ?? {})) {
    if (isPodLevelResource(name)) amounts[name] = quantity(amount);
  }
}

/** Whether a resource can be requested for the pod as a whole. */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function addAll(amounts: Record<string, Quantity>, container: Container, which: Which): void {
  for (const [name, amount] of Object.entries(container.resources?.[which] ?? {})) {
    addTo(amounts, name, quantity(amount));
  }
}

function addTo(amounts: Record<string, Quantity>, name: string, amount: Quantity): void {
  const old = amounts[name];
  amounts[name] = old === undefined ? amount : old.add(amount);
}

function raiseAll(amounts: Record<string, Quantity>, least: Amounts): void {
  for (const [name, amount] of Object.entries(least)) {
    const old = amounts[name];
    if (old === undefined || amount.compare(old) > 0) amounts[name] = amount;
  }
}
