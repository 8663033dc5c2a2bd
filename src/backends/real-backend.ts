/** The contract of a backend with a real API server: how `--backend NAME[:ARGUMENT]` gets its cluster. */
import type { KubeObject } from '../../sim/api/object.js';
import type { KindConfig } from '../gpu/kind-config.js';
import type { EmulationNeeds, EmulationWay } from './emulation/way.js';
import type { Fitted, Needs } from './fit-out.js';
import type { RealCluster } from './kubeconfig.js';

/** What a run asks of a backend. */
export interface OpenRequest {
  readonly needs: Needs;
  /** The kind configuration that the needs' nodes were made from. */
  readonly config: KindConfig;
  /** What stands after the colon of `--backend`: a context. */
  readonly argument?: string;
  /** When the real time given to the run is over, in milliseconds since the epoch. */
  readonly endMs?: number;
  /** Namespaces that the scenario's objects lie in. */
  readonly namespaces?: readonly string[];
  /** What it applies and expects to be taken. */
  readonly objects?: readonly KubeObject[];
  /** The resources that its laws and its steps look at; default: all. */
  readonly recorded?: readonly string[];
  /**
   * Whether what travels between the control plane and its API server can be troubled, and in which order
   * it arrives: 0 is calm. Default: it cannot.
   */
  readonly interleaving?: number;
  /** What the scenario asks of GPUs and nodes; default: only that there are so many. */
  readonly asserts?: Partial<EmulationNeeds>;
  /** Where the logs of a cluster go that does not get ready. */
  readonly logsFolder?: string;
  readonly flags: BackendFlags;
  readonly tell: (line: string) => void;
}

/** What users say of real clusters, whichever it is. */
export interface BackendFlags {
  /** A folder with the programs of a control plane. */
  readonly binaries?: string;
  /** The kubeconfig's file; default: $KUBECONFIG, ~/.kube/config. */
  readonly kubeconfig?: string;
  /** What the run's namespaces begin with; default: a name of its own. */
  readonly namespacePrefix?: string;
  /** A context that looks like production, and is meant. */
  readonly allowContext?: string;
  /** Nodes and objects of the whole cluster may be changed. */
  readonly isOwnCluster?: boolean;
  /** An address of this machine that the cluster's API server reaches: it calls our webhooks there. */
  readonly hostAddress?: string;
  /** How real nodes get GPUs; default: what the scenario asserts says. */
  readonly gpus?: EmulationWay;
  /** A cluster in containers stays when the run is over. */
  readonly keepsCluster?: boolean;
  /** A cluster in containers that is there already is taken. */
  readonly reusesCluster?: boolean;
  /** The image of its nodes. */
  readonly image?: string;
}

/** A cluster that was opened for a run; letting go of it removes what the run made. */
export interface OpenedCluster extends RealCluster {
  /** Parts of ours that run against it. */
  readonly fitted?: Fitted;
  /** What is less there than on the simulation, in sentences. */
  readonly thin: readonly string[];
  /** Writes the logs of its nodes into a folder, where they can be had. */
  exportLogs?(folder: string): Promise<void>;
}

/** A backend. */
export interface RealBackend {
  readonly name: string;
  /** For --help, in a few words. */
  readonly about: string;
  /**
   * Looks whether this machine has the programs for it: asked before something else takes long. A backend
   * without it has none of its own.
   *
   * @throws UserError with the next step.
   */
  lookForPrograms?(flags: BackendFlags): Promise<void>;
  /**
   * Opens the cluster and fits it out.
   *
   * @throws UserError with the next step.
   */
  open(request: OpenRequest): Promise<OpenedCluster>;
}
