/** The contract of a modelled operator: its kinds and its process. One to a file in this folder. */
import type { HasMetadata, KubeObject } from '../api/object.js';
import type { ControllerDefinition, ProcessDefinition } from '../client/contract.js';
import type { Labels } from '../api/selectors.js';
import type { Webhooks } from './admission/webhook.js';

/** The way to programs in the cluster, for operators that ask them. */
export interface ClusterReach {
  /** Sends to a host (a name that the cluster's DNS knows, or an address); `done` is called once. */
  send(
    to: { readonly host: string; readonly port: number },
    payload: unknown,
    done: (
      reply:
        | { readonly isOk: true; readonly payload: unknown }
        | { readonly isOk: false; readonly error: string },
    ) => void,
  ): void;
  /** What pushes a mesh's configuration to its sidecars: for the mesh's control plane to run. */
  readonly sidecars: ControllerDefinition;
}

/** A version of an API group that an operator serves: its process does so with `serveApi`. */
export interface OperatorApi {
  /** `external.metrics.k8s.io/v1beta1`. */
  readonly groupVersion: string;
  /** What its APIService names. */
  readonly service: { readonly namespace: string; readonly name: string };
  /** What discovery tells of it. */
  readonly resources: readonly Readonly<Record<string, unknown>>[];
}

/** An operator of an ML platform, as we model it from its source and its recorded traces. */
export interface Operator {
  /** `training-operator`. */
  readonly name: string;
  /** What it models: project and version. */
  readonly models: string;
  /** It cannot stand beside another that is installed by default: it runs only where it is named. */
  readonly isAlternative?: boolean;
  /** It runs only where it is named, or where manifests hold its kinds. */
  readonly isOnDemand?: boolean;
  /** Other projects define kinds in its group, too: an unknown kind there may be one of theirs. */
  readonly sharesGroup?: boolean;
  /** The names of operators without which it does nothing: where it runs, they run too. */
  readonly needs?: readonly string[];
  /** What its installation creates before it starts: CRDs, namespace, account, roles, configuration. */
  manifests(): readonly KubeObject[];
  /** The process that serves its webhooks. */
  readonly process: ProcessDefinition;
  /** Its process where it can reach programs in the cluster: it takes the place of `process` there. */
  processWith?(reach: ClusterReach): ProcessDefinition;
  /** What runs beside that process: it crashes by itself. */
  readonly others?: readonly ProcessDefinition[];
  /** The admission webhooks that it serves; its manifests register them. */
  readonly webhooks?: Webhooks;
  /** The APIs that its process serves behind the API server. */
  readonly apis?: readonly OperatorApi[];
  /** The operator as these manifests have it installed, by its flags or its file; undefined: as it is. */
  asAsked?(manifests: readonly KubeObject[]): Operator | undefined;
  /** Whether a user may begin to use its kinds once this is there: an installation is waited for. */
  isReadyBy?(written: { readonly resource: string; readonly object: HasMetadata }): boolean;
  /** The labels that it gives the pods of an object of its kinds, besides those of their templates. */
  podLabels?(object: KubeObject): readonly Labels[];
  /** What a user of its kinds should know of an object before it runs: what is missing, what would hang. */
  hints?(object: KubeObject): readonly string[];
}
