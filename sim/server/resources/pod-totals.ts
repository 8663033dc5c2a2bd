/**
 * What the containers of a pod ask for together: sidecars run on, other init containers one by one.
 * @upstream staging/src/k8s.io/component-helpers/resource/helpers.go
 */
import type { Container, PodSpec } from '../../api/kinds/core.js';
import { parseQuantity, zero, type Quantity } from '../../api/quantity.js';

type Totals = Map<string, Quantity>;
type Amounts = (container: Container) => Readonly<Record<string, string>> | undefined;

/** The sum of requests. */
export function containerRequests(spec: PodSpec): ReadonlyMap<string, Quantity> {
  return totals(spec, container => container.resources?.requests);
}

/** The sum of limits. */
export function containerLimits(spec: PodSpec): ReadonlyMap<string, Quantity> {
  return totals(spec, container => container.resources?.limits);
}

function totals(spec: PodSpec, amounts: Amounts): Totals {
  const sums: Totals = new Map();
  for (const container of spec.containers ?? []) addAll(sums, amounts(container));
  const sidecars: Totals = new Map();
  const peaks: Totals = new Map();
  for (const container of spec.initContainers ?? []) {
    const own: Totals = new Map();
    addAll(own, amounts(container));
    if (container.restartPolicy === 'Always') {
      addAll(sums, amounts(container));
      addAll(sidecars, amounts(container));
      raise(peaks, sidecars);
    } else {
      for (const [name, amount] of sidecars) own.set(name, (own.get(name) ?? zero).add(amount));
      raise(peaks, own);
    }
  }
  raise(sums, peaks);
  return sums;
}

function addAll(sums: Totals, amounts: Readonly<Record<string, string>> | undefined): void {
  for (const name in amounts) {
    const parsed = parseQuantity(String(amounts[name]));
    if (!parsed.isOk) continue;
    const sum = sums.get(name);
    sums.set(name, sum === undefined ? parsed.value : sum.add(parsed.value));
  }
}

function raise(sums: Totals, others: Totals): void {
  for (const [name, amount] of others) {
    const sum = sums.get(name);
    if (sum === undefined || amount.compare(sum) > 0) sums.set(name, amount);
  }
}
