/** What can happen to a cluster in a scenario or on a voyage: as plain data, which can be written down. */
import type { KubeObject } from '../../sim/api/object.js';
import type { Fault } from '../cluster.js';

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
  | { readonly kind: 'apply'; readonly object: KubeObject }
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
  | { readonly kind: 'fault'; readonly fault: Fault };

/** What a happening is counted as: a fault by the fault's own kind. */
export function sortOf(happening: Happening): string {
  return happening.kind === 'fault' ? `fault ${happening.fault.kind}` : happening.kind;
}
