/** Arithmetic of resources by name: cpu in thousandths, the others in units. @upstream pkg/scheduler/api/resource_info.go */
import type { Pod } from '../../api/kinds/core.js';
import { milliQuantity, quantityOf } from '../../api/quantity.js';
import { podRequests } from '../../scheduler/pod-requests.js';
import { amountsOf, isScalarName, type Quantities } from '../../scheduler/resource.js';

export type { Quantities };

/** Amounts by the names of resources; what is not named is not there. */
export type Amounts = ReadonlyMap<string, number>;

/** What is taken for nothing, or for equal. */
const least = 0.1;

/** The amounts of a list that the scheduler counts. */
export function countedOf(list: Quantities | undefined): Amounts {
  return new Map([...amountsOf(list)].filter(([name]) => isCounted(name)));
}

function isCounted(name: string): boolean {
  if (name.startsWith('count/')) return false;
  const isOwn = ['cpu', 'memory', 'pods', 'ephemeral-storage'].includes(name);
  return isOwn || isScalarName(name);
}

/** What a pod takes of a node: what it asks for, and a place. */
export function takenBy(pod: Pod): Amounts {
  const asked = [...podRequests(pod, { usesStatus: true })].filter(([name]) => isCounted(name));
  return new Map([...asked, ['pods', 1] as const]);
}

/** Whether the pod asks for nothing. */
export function isBestEffort(amounts: Amounts): boolean {
  return [...amounts].every(([name, amount]) => name === 'pods' || amount < least);
}

/** The sum. */
export function sum(left: Amounts, right: Amounts): Amounts {
  const total = new Map(left);
  for (const [name, amount] of right) total.set(name, (total.get(name) ?? 0) + amount);
  return total;
}

/** The difference, which may be below nothing. */
export function difference(left: Amounts, right: Amounts): Amounts {
  const total = new Map(left);
  for (const [name, amount] of right) total.set(name, (total.get(name) ?? 0) - amount);
  return total;
}

/** What the left has more than the right. */
export function excess(left: Amounts, right: Amounts): Amounts {
  return new Map([...left].map(([name, amount]) => [name, above(amount - (right.get(name) ?? 0))]));
}

function above(amount: number): number {
  return Math.max(0, amount);
}

/** So many times. */
export function times(amounts: Amounts, factor: number): Amounts {
  return new Map([...amounts].map(([name, amount]) => [name, amount * factor]));
}

/** The smaller of both; what the bound does not name is unbounded, or nothing. */
export function lesser(
  amounts: Amounts,
  bound: Amounts,
  { unnamed }: { readonly unnamed: 'unbounded' | 'nothing' },
): Amounts {
  const otherwise = unnamed === 'unbounded' ? Infinity : 0;
  return new Map(
    [...amounts].map(([name, amount]) => [name, Math.min(amount, bound.get(name) ?? otherwise)]),
  );
}

/** The larger of both, name by name. */
export function greater(left: Amounts, right: Amounts): Amounts {
  const names = new Set([...left.keys(), ...right.keys()]);
  return new Map(
    [...names].map(name => [name, Math.max(left.get(name) ?? 0, right.get(name) ?? 0)]),
  );
}

/** The resources of which there is not enough: cpu, memory, then the others by name. */
export function lacking(wanted: Amounts, there: Amounts): readonly string[] {
  return inOrder(wanted.keys()).filter(name => {
    const [want, have] = [wanted.get(name) ?? 0, there.get(name) ?? 0];
    return want > have && Math.abs(want - have) >= least;
  });
}

/** The resources that are asked for of which the total is too much. */
export function exceeded(total: Amounts, bound: Amounts, asked: Amounts): readonly string[] {
  return inOrder(asked.keys()).filter(name => {
    if (name === 'pods' || (asked.get(name) ?? 0) <= 0) return false;
    return (total.get(name) ?? 0) > (bound.get(name) ?? 0);
  });
}

/** Whether it all fits. */
export function fits(wanted: Amounts, there: Amounts): boolean {
  return lacking(wanted, there).length === 0;
}

function inOrder(names: Iterable<string>): readonly string[] {
  const own = ['cpu', 'memory'];
  const all = [...names];
  return [
    ...own.filter(name => all.includes(name)),
    ...all.filter(name => !own.includes(name)).sort(),
  ];
}

/** The amounts as quantities; what is nothing is left out, but for cpu and memory. */
export function listOf(amounts: Amounts): Quantities {
  const listed = new Map([
    ...new Map([
      ['cpu', 0],
      ['memory', 0],
    ]),
    ...amounts,
  ]);
  return Object.fromEntries(
    inOrder(listed.keys())
      .filter(name => ['cpu', 'memory'].includes(name) || (listed.get(name) ?? 0) !== 0)
      .map(name => [name, textOf(name, listed.get(name) ?? 0)]),
  );
}

function textOf(name: string, amount: number): string {
  return (name === 'cpu' ? milliQuantity(amount) : quantityOf(amount)).toString();
}
