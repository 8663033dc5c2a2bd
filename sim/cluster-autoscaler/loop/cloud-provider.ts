/** Whoever makes the machines of node groups and takes them away. @upstream cloudprovider/cloud_provider.go */
import type { NodeGroup } from '../node-group.js';

/** What Cluster Autoscaler asks of a cloud. Nothing of it happens at once: nodes register when they are there. */
export interface CloudProvider {
  /** The groups as they are; `nodes` names all machines, also those that have not registered yet. */
  groups(): readonly NodeGroup[];
  /** Asks for so many more nodes. */
  grow(group: string, count: number): void;
  /** Takes the node's machine away, and does not replace it. */
  remove(node: string): void;
}
