/** What a kind cluster is made from, and what it is more than other clusters. */
import type { EmulationWay } from '../emulation/way.js';
import type { Needs } from '../fit-out.js';
import type { RealClusterOptions } from '../kubeconfig.js';
import type { OpenedCluster } from '../real-backend.js';
import type { ContainerEngine } from './tool.js';

/** What a kind cluster is made from; everything has a default. */
export interface KindOptions extends Pick<
  RealClusterOptions,
  'endMs' | 'isRecorded' | 'namespaces'
> {
  /** Default: the name in the configuration. */
  readonly name?: string;
  /** A kind configuration file. Default: seatrial's own, with four nodes. */
  readonly config?: string;
  /** What the configuration says, where no file holds it: `config` only names it then. */
  readonly configText?: string;
  /** The node image. Default: the one of the installed kind. */
  readonly image?: string;
  /** How long it may take until it is ready, as milliseconds or a Go duration. Default 10m. */
  readonly timeout?: number | string;
  /** It stays when the object is disposed of. Default false. */
  readonly keep?: boolean;
  /** Takes a cluster of this name when there is one, and leaves it when it ends. Default false. */
  readonly reuse?: boolean;
  /**
   * How its nodes get the GPUs of the configuration. With `kubelets` only the control plane is real and
   * our kubelets play the other nodes. Default `status`; `none`: not at all.
   */
  readonly gpus?: EmulationWay | 'none';
  /** What of ours runs against it: operators, workloads, and nodes where `gpus` is `kubelets`. */
  readonly needs?: Needs;
  /** Equal seeds give GPUs equal ids. Default: a fresh one. */
  readonly seed?: number;
  /** Nodes of a cluster that seatrial has not created may be changed. Default false. */
  readonly isOwnCluster?: boolean;
  /** Images of this machine, or `.tar` archives, for its nodes. */
  readonly images?: readonly string[];
  /** Where the nodes' logs go when it does not get ready. */
  readonly logsFolder?: string;
  /** A kubeconfig file that learns of the cluster, or true for the user's own. Default: none does. */
  readonly mergeInto?: string | boolean;
  /** Default: kind finds one, docker first. */
  readonly engine?: ContainerEngine;
  readonly signal?: AbortSignal;
  /** Hears kind's progress, line by line. */
  readonly onLine?: (line: string) => void;
}

/** A kind cluster: a cluster, and what only one in containers can do. */
export interface KindCluster extends OpenedCluster {
  readonly name: string;
  /** Its real nodes, in the order of the configuration. */
  readonly nodes: readonly string[];
  /** Loads images of this machine, or `.tar` archives, onto its nodes. */
  load(images: readonly string[]): Promise<void>;
  /** Writes the logs of all nodes into a folder. */
  exportLogs(folder: string): Promise<void>;
}
