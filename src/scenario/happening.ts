/** What can happen to a cluster in a scenario or on a voyage: as plain data, which can be written down. */
import type { KubeObject } from '../../sim/api/object.js';
import type { Fault } from '../cluster.js';
import { driftOf } from '../stacks/releases/trial-payments.js';

/** An object that something happens to. */
export interface Target {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** One of the pods that a selector selects: they get their names late, and from the cluster. */
export interface PodChoice {
  readonly namespace: string;
  /** A label selector, as kubectl -l takes it. */
  readonly selector: string;
  /** Its place among those that are there, by name; it goes round. */
  readonly index: number;
}

/** Something that happens: what people do, and what goes wrong. */
export type Happening =
  /** A manifest is applied: a new object, or an edit of one. */
  | {
      readonly kind: 'apply';
      readonly object: KubeObject;
      /** The user who tries to create it: `system:serviceaccount:team:robot`. Default: an administrator. */
      readonly as?: string;
    }
  | {
      readonly kind: 'delete';
      readonly target: Target;
      /** As kubectl's --cascade. Default background. */
      readonly cascade?: 'foreground' | 'orphan';
    }
  | { readonly kind: 'delete-pod'; readonly pod: PodChoice }
  /** The pod template changes, as by `kubectl rollout restart`. */
  | { readonly kind: 'roll-out'; readonly target: Target }
  | { readonly kind: 'scale'; readonly target: Target; readonly replicas: number }
  /** The node is cordoned and its pods are evicted, again and again where a budget is in the way. */
  | { readonly kind: 'drain'; readonly node: string }
  | { readonly kind: 'uncordon'; readonly node: string }
  /** Many pods at once: quota pressure. */
  | {
      readonly kind: 'burst';
      readonly namespace: string;
      /** Begins the pods' names. */
      readonly name: string;
      readonly count: number;
      readonly requests: Readonly<Record<string, string>>;
    }
  /** Connections are tried between pods: from all to all, or between two. */
  | {
      readonly kind: 'probe';
      readonly from?: PodChoice;
      readonly to?: PodChoice;
      readonly port: number;
      readonly protocol?: 'TCP' | 'UDP';
    }
  /** Clients send so many times as many requests to the Services as at first, from now on. */
  | { readonly kind: 'load'; readonly factor: number }
  /** Somebody asks the API server for something; deletions are only tried, and change nothing. */
  | {
      readonly kind: 'ask';
      /** `system:serviceaccount:team:robot`. */
      readonly as: string;
      readonly verb: 'get' | 'list' | 'delete';
      readonly target: Target;
    }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** The kinds of what can happen. */
export const happeningKinds = [
  'apply',
  'delete',
  'delete-pod',
  'roll-out',
  'scale',
  'drain',
  'uncordon',
  'burst',
  'probe',
  'load',
  'ask',
  'fault',
] as const satisfies readonly Happening['kind'][];

/** What a happening is counted as: a fault by the fault's own kind, and so is a drift. */
export function sortOf(happening: Happening): string {
  if (happening.kind === 'fault') return `fault ${happening.fault.kind}`;
  const drift = happening.kind === 'apply' ? driftOf(happening.object) : undefined;
  return drift === undefined ? happening.kind : `drift ${drift}`;
}

/** A happening in a few words: `scale Deployment default/web to 3`. */
export function wordsOf(happening: Happening): string {
  const sort = sortOf(happening);
  switch (happening.kind) {
    case 'apply':
      return `${sort} ${happening.object.kind ?? ''} ${happening.object.metadata.name ?? ''}${
        happening.as === undefined ? '' : ` as ${happening.as}`
      }`;
    case 'delete':
    case 'roll-out':
      return `${sort} ${named(happening.target)}`;
    case 'scale':
      return `${sort} ${named(happening.target)} to ${happening.replicas}`;
    case 'delete-pod':
      return `${sort} ${happening.pod.namespace}/${happening.pod.selector}`;
    case 'drain':
    case 'uncordon':
      return `${sort} ${happening.node}`;
    case 'burst':
      return `${sort} of ${happening.count} pod${happening.count === 1 ? '' : 's'} in ${happening.namespace}`;
    case 'probe':
      return `${sort} port ${happening.port}`;
    case 'load':
      return `${sort} of ${happening.factor} times as many requests`;
    case 'ask':
      return `${happening.as} asks to ${happening.verb} ${named(happening.target)}`;
    case 'fault':
      return `${sort} ${faultWords(happening.fault)}`;
  }
}

function named({ kind, namespace = '', name }: Target): string {
  return namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** Whom it hits, and the numbers. */
function faultWords({ kind: _kind, ...fields }: Fault): string {
  return Object.entries(fields)
    .map(([name, value]) => (name === 'node' || name === 'process' ? value : `${name} ${value}`))
    .join(', ');
}
