/** Whether two groups make nodes so alike that a scale-up may be split between them. @upstream processors/nodegroupset/compare_nodegroups.go */
import { compareQuantities, milliValueOf } from '../api/quantity.js';
import { NodeInfo } from '../scheduler/node-info.js';
import { PodInfo } from '../scheduler/pod-info.js';
import type { Resource } from '../scheduler/resource.js';
import type { NodeTemplate } from './node-group.js';

const ignoredLabels: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'beta.kubernetes.io/fluentd-ds-ready',
  'kops.k8s.io/instancegroup',
]);

/** By how much of the larger the two may differ. */
const memoryRatio = 0.015;
const allocatableRatio = 0.05;
const freeRatio = 0.05;

type Quantities = Readonly<Record<string, string>>;
type Milli = Readonly<Record<string, number>>;

/** Whether new nodes of the two templates are the same but for where they are. Taints are not compared. */
export function areSimilar(
  a: NodeTemplate,
  b: NodeTemplate,
  alsoIgnored: readonly string[] = [],
): boolean {
  return (
    haveLikeCapacity(a.node.status?.capacity ?? {}, b.node.status?.capacity ?? {}) &&
    areWithin(milli(a.node.status?.allocatable), milli(b.node.status?.allocatable), {
      ratio: allocatableRatio,
    }) &&
    areWithin(freeOf(a), freeOf(b), { ratio: freeRatio }) &&
    haveLikeLabels(a.node.metadata.labels ?? {}, b.node.metadata.labels ?? {}, alsoIgnored)
  );
}

/** All but memory must be equal. */
function haveLikeCapacity(a: Quantities, b: Quantities): boolean {
  return keysOfBoth(a, b).every(name => {
    const [left, right] = [a[name], b[name]];
    if (left === undefined || right === undefined) return false;
    if (name !== 'memory') return compareQuantities(left, right) === 0;
    return isWithin(milliValueOf(left), milliValueOf(right), memoryRatio);
  });
}

function areWithin(a: Milli, b: Milli, { ratio }: { readonly ratio: number }): boolean {
  return keysOfBoth(a, b).every(name => {
    const [left, right] = [a[name], b[name]];
    return left !== undefined && right !== undefined && isWithin(left, right, ratio);
  });
}

function isWithin(left: number, right: number, ratio: number): boolean {
  const larger = Math.max(left, right);
  return larger - Math.min(left, right) <= larger * ratio;
}

function haveLikeLabels(a: Quantities, b: Quantities, alsoIgnored: readonly string[]): boolean {
  const isIgnored = (key: string): boolean => ignoredLabels.has(key) || alsoIgnored.includes(key);
  return keysOfBoth(a, b).every(key => isIgnored(key) || a[key] === b[key]);
}

function keysOfBoth(a: object, b: object): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

function milli(list: Quantities = {}): Milli {
  return Object.fromEntries(Object.entries(list).map(([name, text]) => [name, milliValueOf(text)]));
}

/** What the pods that come with the node leave, of what the scheduler counts. */
function freeOf({ node, pods }: NodeTemplate): Milli {
  const info = new NodeInfo(node);
  for (const pod of pods) info.addPod(new PodInfo(pod));
  const allocatable = milli(node.status?.allocatable);
  return Object.fromEntries(
    requestedMilli(info.requested).map(([name, amount]) => [
      name,
      (allocatable[name] ?? 0) - amount,
    ]),
  );
}

function requestedMilli(requested: Resource): readonly (readonly [string, number])[] {
  const { milliCPU, memory, ephemeralStorage, scalars } = requested;
  return [
    ['cpu', milliCPU],
    ['memory', memory * 1000],
    ['pods', 0],
    ['ephemeral-storage', ephemeralStorage * 1000],
    ...[...scalars].map(([name, amount]) => [name, amount * 1000] as const),
  ];
}
