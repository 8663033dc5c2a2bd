/** Small changes to a pod or a node that may change a scheduler's mind, and how they are made. */
import type {
  Container,
  Node,
  Pod,
  PodAffinityTerm,
  Taint,
  TopologySpreadConstraint,
} from '../../sim/api/kinds/core.js';
import { nodes } from '../../sim/api/kinds/core.js';
import { selectorOf } from '../../sim/api/selectors.js';
import type { World } from './world.js';

/** A change. */
export type Edit =
  | {
      readonly kind: 'node-label';
      readonly node: string;
      readonly key: string;
      readonly value: string;
    }
  | { readonly kind: 'uncordon'; readonly node: string }
  | { readonly kind: 'toleration'; readonly taint: Pick<Taint, 'key' | 'value' | 'effect'> }
  | { readonly kind: 'scheduling-gate'; readonly name: string }
  /** The term is only preferred from now on. */
  | {
      readonly kind: 'prefer';
      readonly what: 'podAffinity' | 'podAntiAffinity';
      readonly term: PodAffinityTerm;
    }
  /** A constraint that must hold may be skewed by more; the index is among all constraints. */
  | {
      readonly kind: 'max-skew';
      readonly index: number;
      readonly topologyKey: string;
      readonly from: number;
      readonly to: number;
    }
  /** The constraint is only tried to be held. */
  | { readonly kind: 'schedule-anyway'; readonly index: number; readonly topologyKey: string }
  | { readonly kind: 'remove-pod'; readonly pod: string }
  | {
      readonly kind: 'request';
      readonly container: string;
      readonly resource: string;
      readonly from: string;
      readonly to: string;
      /** How much of it goes, from 0 to 1. */
      readonly share: number;
    };

/** A pod in a cluster: what is asked about. */
export interface Case {
  readonly world: World;
  readonly pod: Pod;
}

/** The case with the edits made. */
export function edited(given: Case, edits: readonly Edit[]): Case {
  return edits.reduce(made, given);
}

function made(given: Case, edit: Edit): Case {
  const { world, pod } = given;
  switch (edit.kind) {
    case 'node-label':
      return { pod, world: withNode(world, edit.node, node => labelled(node, edit)) };
    case 'uncordon':
      return { pod, world: withNode(world, edit.node, uncordoned) };
    case 'toleration': {
      const { key, value, effect } = edit.taint;
      const toleration = { key, operator: 'Equal', effect, ...(value !== undefined && { value }) };
      const tolerations = [...(pod.spec?.tolerations ?? []), toleration];
      return { world, pod: withSpec(pod, { tolerations }) };
    }
    case 'scheduling-gate': {
      const schedulingGates = pod.spec?.schedulingGates?.filter(({ name }) => name !== edit.name);
      return { world, pod: withSpec(pod, { schedulingGates: schedulingGates ?? [] }) };
    }
    case 'prefer':
      return { world, pod: withSpec(pod, { affinity: softened(pod, edit) }) };
    case 'max-skew':
      return { world, pod: withConstraint(pod, edit.index, { maxSkew: edit.to }) };
    case 'schedule-anyway': {
      const change = { whenUnsatisfiable: 'ScheduleAnyway' };
      return { world, pod: withConstraint(pod, edit.index, change) };
    }
    case 'remove-pod':
      return { pod, world: world.withoutPod(edit.pod) };
    case 'request': {
      const lowered = (list: readonly Container[]) =>
        list.map(container =>
          container.name === edit.container ? withRequest(container, edit) : container,
        );
      const { containers = [], initContainers = [] } = pod.spec ?? {};
      const spec = { containers: lowered(containers), initContainers: lowered(initContainers) };
      return { world, pod: withSpec(pod, spec) };
    }
  }
}

/** The pod with these fields of its spec. */
export function withSpec(pod: Pod, spec: Partial<NonNullable<Pod['spec']>>): Pod {
  return { ...pod, spec: { containers: [], ...pod.spec, ...spec } };
}

type Affinity = NonNullable<NonNullable<Pod['spec']>['affinity']>;

function softened(pod: Pod, { what, term }: Extract<Edit, { kind: 'prefer' }>): Affinity {
  const affinity = pod.spec?.affinity ?? {};
  const own = affinity[what] ?? {};
  const {
    requiredDuringSchedulingIgnoredDuringExecution: required = [],
    preferredDuringSchedulingIgnoredDuringExecution: preferred = [],
  } = own;
  return {
    ...affinity,
    [what]: {
      requiredDuringSchedulingIgnoredDuringExecution: required.filter(each => each !== term),
      preferredDuringSchedulingIgnoredDuringExecution: [
        ...preferred,
        { weight: 100, podAffinityTerm: term },
      ],
    },
  };
}

function withConstraint(pod: Pod, index: number, change: Partial<TopologySpreadConstraint>): Pod {
  const topologySpreadConstraints = (pod.spec?.topologySpreadConstraints ?? []).map((each, at) =>
    at === index ? { ...each, ...change } : each,
  );
  return withSpec(pod, { topologySpreadConstraints });
}

function withNode(world: World, name: string, change: (node: Node) => Node): World {
  const node = world.get(nodes, '', name);
  return node === undefined ? world : world.withNode(change(node));
}

function labelled(node: Node, { key, value }: Extract<Edit, { kind: 'node-label' }>): Node {
  const labels = { ...node.metadata.labels, [key]: value };
  return { ...node, metadata: { ...node.metadata, labels } };
}

/** The taint that marks a cordoned node. */
export const unschedulableTaint = 'node.kubernetes.io/unschedulable';

function uncordoned(node: Node): Node {
  const taints = node.spec?.taints?.filter(({ key }) => key !== unschedulableTaint) ?? [];
  return { ...node, spec: { ...node.spec, unschedulable: false, taints } };
}

function withRequest(
  container: Container,
  { resource, to }: Extract<Edit, { kind: 'request' }>,
): Container {
  const { requests, limits } = container.resources ?? {};
  // An extended resource's request and limit are one.
  const isBoth = resource.includes('/') && limits?.[resource] !== undefined;
  return {
    ...container,
    resources: {
      ...container.resources,
      requests: { ...requests, [resource]: to },
      ...(isBoth && { limits: { ...limits, [resource]: to } }),
    },
  };
}

/**
 * How much is asked of whoever makes the changes: few are better than many, small than large, and a
 * place among the control plane is the last.
 */
export function costOf(edits: readonly Edit[]): number {
  return edits.reduce((sum, edit) => sum + 1 + extraCost(edit), 0);
}

function extraCost(edit: Edit): number {
  switch (edit.kind) {
    case 'request':
      return edit.share;
    case 'toleration':
      return edit.taint.key.startsWith('node-role.kubernetes.io/') ? 1 : 0;
    case 'max-skew':
      return 1 - edit.from / edit.to;
    case 'prefer':
      return 0.5;
    case 'schedule-anyway':
      return 1;
    case 'remove-pod':
      return 2;
    case 'node-label':
    case 'uncordon':
    case 'scheduling-gate':
      return 0;
  }
}

/** `node.kubernetes.io/x=y:NoSchedule`. */
export function taintText({ key, value, effect }: Pick<Taint, 'key' | 'value' | 'effect'>): string {
  return `${key}${value === undefined || value === '' ? '' : `=${value}`}:${effect}`;
}

/** The change in words. */
export function editText(edit: Edit): string {
  switch (edit.kind) {
    case 'node-label':
      return `label node ${edit.node} ${edit.key}=${edit.value}`;
    case 'uncordon':
      return `uncordon node ${edit.node}`;
    case 'toleration':
      return `give the pod a toleration of ${taintText(edit.taint)}`;
    case 'scheduling-gate':
      return `remove the scheduling gate ${edit.name}`;
    case 'prefer': {
      const what = edit.what === 'podAffinity' ? 'affinity' : 'anti-affinity';
      return `let the pod prefer, not require, its ${what} to ${termText(edit.term)}`;
    }
    case 'max-skew':
      return `let the spread over ${edit.topologyKey} have maxSkew ${edit.to} instead of ${edit.from}`;
    case 'schedule-anyway':
      return `let the spread over ${edit.topologyKey} be whenUnsatisfiable: ScheduleAnyway`;
    case 'remove-pod':
      return `delete or move pod ${edit.pod}`;
    case 'request':
      return `let container ${edit.container} request ${edit.resource} ${edit.to} instead of ${edit.from}`;
  }
}

/** `app=x by topology.kubernetes.io/zone`. */
export function termText({ labelSelector, topologyKey }: PodAffinityTerm): string {
  return `pods with ${selectorOf(labelSelector).toString()} by ${topologyKey}`;
}
