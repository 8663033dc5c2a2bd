/** What the scheduler hands to the frameworks of its profiles. */
import type { HasMetadata, Kind } from '../api/object.js';
import type { Change } from '../client/contract.js';
import type { Random } from '../engine/random.js';
import type { FeatureGates } from './configuration.js';
import type { ObjectReader, PluginFactory, Status } from './framework.js';
import type { PodGroupLister } from './groups/group-state.js';
import type { PodInfo } from './pod-info.js';
import type { Nominator } from './queue/nominator.js';
import type { NodeSnapshot } from './snapshot.js';

/** What a framework needs from outside. */
export interface FrameworkOptions {
  readonly objects: ObjectReader;
  readonly nodes: NodeSnapshot;
  readonly nominator: Nominator;
  readonly features: FeatureGates;
  readonly registry: Readonly<Record<string, PluginFactory>>;
  readonly now: () => number;
  readonly random?: Random;
  readonly isPreempting?: (uid: string) => boolean;
  /** Whether the pod was taken out of the queue to be tried. Default: none is. */
  readonly isInFlight?: (uid: string) => boolean;
  /** Default: no pod names a group. */
  readonly podGroups?: PodGroupLister;
  /** Default, for trials: nothing is done. */
  readonly activate?: (pods: readonly PodInfo[]) => void;
  /** Default, for trials: nothing is done. */
  readonly allow?: (uid: string, plugin: string) => void;
  /** Default, for trials: nothing is done. */
  readonly reject?: (uid: string, reason: Status) => void;
  /** Default, for trials: none waits. */
  readonly waitingPods?: () => readonly PodInfo[];
  /** Default, for trials: nothing is heard. */
  readonly observe?: (kind: Kind<HasMetadata>, on: (change: Change<HasMetadata>) => void) => void;
}
