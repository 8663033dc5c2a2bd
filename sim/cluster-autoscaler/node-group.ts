/** Groups of nodes that a cloud provider makes alike: what Cluster Autoscaler grows and shrinks. */
import type { Node, Pod } from '../api/kinds/core.js';

/** A group of nodes of one machine type. */
export interface NodeGroup {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** How many nodes it has been asked to have. */
  readonly targetSize: number;
  /** The nodes of it that have registered, by name. */
  readonly nodes: readonly string[];
  /** What the provider says that a new node would look like. */
  readonly template?: Node;
  /** How many of the nodes asked for are still awaited. */
  readonly upcoming?: number;
  /** Whether it failed to grow so lately that it is left alone. */
  readonly isBackedOff?: boolean;
}

/** A node as a new one of its group would come up, with the pods that would be on it from the start. */
export interface NodeTemplate {
  readonly node: Node;
  readonly pods: readonly Pod[];
}
