/**
 * The contract of an admission plug-in. One plug-in to a file in this folder, one line in index.ts, in
 * the order in which they run. @upstream apiserver/pkg/admission
 */
import type { ManagedFieldsEntry } from '../../api/kinds/meta.js';
import type { Kind, KubeObject } from '../../api/object.js';
import type { Failure } from '../../api/status.js';
import type { ServerAccess } from '../access.js';
import type { Authorizer } from '../authorization/authorizer.js';
import type { RequestContext } from '../request-context.js';
import type { Reinvocation } from './shared/reinvocation.js';
import type { User } from '../user.js';

/** What is done to an object. */
export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** What is about to happen. Objects are immutable and in the version of the request. */
export interface AdmissionAttributes {
  readonly operation: AdmissionOperation;
  /** The kind of the request's object: of scale, Scale of autoscaling/v1; of binding, Binding. */
  readonly kind: Pick<Kind, 'group' | 'version' | 'kind'>;
  readonly resource: Kind;
  readonly subresource: string;
  readonly namespace: string;
  /** '' when it is to be generated. */
  readonly name: string;
  /** The new object; absent for DELETE. After defaulting; metadata.name may not be generated yet. */
  readonly object?: KubeObject;
  /** The stored object; absent for CREATE. */
  readonly oldObject?: KubeObject;
  /** The CreateOptions, UpdateOptions, ... as webhooks see them. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly isDryRun: boolean;
  readonly user: User;
  readonly managers?: Managers | undefined;
}

/** The managedFields of the object and of the old one, worked out for those who look at them. */
export interface Managers {
  object?(): readonly ManagedFieldsEntry[];
  oldObject?(): readonly ManagedFieldsEntry[];
}

/** What a plug-in may use besides the attributes. */
export interface AdmissionContext {
  readonly access: ServerAccess;
  readonly authorizer: Authorizer;
  readonly request: RequestContext;
  /** Applies the kind's defaults of the request's version to an object that a plug-in changed by a patch. */
  readonly defaulted: (object: KubeObject) => KubeObject;
  /** The rounds of the mutating plug-ins. */
  readonly reinvocation: Reinvocation;
  /** Runs when the write went through or failed: quota gives back what it took. Undefined hooks cost nothing. */
  onFinish(hook: (isStored: boolean) => void): void;
}

/**
 * `undefined`: nothing to say. `mutated`: the object to go on with (only from `mutate`). `refused`: stop.
 * `wait`: the plug-in answers later (webhooks, a service account that is about to be made).
 */
export type AdmissionOutcome =
  | undefined
  | { readonly kind: 'mutated'; readonly object: KubeObject }
  | { readonly kind: 'refused'; readonly refusal: Failure }
  | {
      readonly kind: 'wait';
      readonly start: (resume: (outcome: AdmissionOutcome) => void) => void;
    };

/** An admission plug-in. Plug-ins hold no state: caches hang on `access` (a WeakMap) or are keyed by `lastChange`. */
export interface AdmissionPlugin {
  /** Kubernetes's name: `NamespaceLifecycle`. */
  readonly name: string;
  /** Asked once for each resource, subresource and operation, and remembered. */
  handles(operation: AdmissionOperation, resource: Kind, subresource: string): boolean;
  /** Changes or refuses the object, after defaulting and before the strategy. */
  mutate?(attributes: AdmissionAttributes, context: AdmissionContext): AdmissionOutcome;
  /** Refuses the object, after the strategy's validation. */
  validate?(attributes: AdmissionAttributes, context: AdmissionContext): AdmissionOutcome;
  /**
   * Refuses between the two: after mutation, before the strategy prepares and validates. For what is
   * no admission upstream but wraps the storage: RBAC's protection from escalation.
   */
  guard?(attributes: AdmissionAttributes, context: AdmissionContext): AdmissionOutcome;
}
