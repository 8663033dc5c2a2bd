/**
 * The contract of a kind at the API server: what the strategy and the storage of
 * pkg/registry/<group>/<kind> decide. One kind to a file in this folder, one line in index.ts.
 */
import type { FeatureGates, RuntimeConfig } from '../../api/feature-gates.js';
import type { HasMetadata, KubeObject, Kind } from '../../api/object.js';
import type { Failure } from '../../api/status.js';
import type { Random } from '../../engine/random.js';
import type { FieldError } from './field-error.js';

/** What a strategy may know of the cluster besides the object. Everything it reads is as of now. */
export interface StrategyContext {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly random: Random;
  /** Reads a stored object of another kind: for service IPs, priority classes and the like. */
  get(
    kind: Pick<Kind, 'group' | 'resource'>,
    namespace: string,
    name: string,
  ): KubeObject | undefined;
  list(kind: Pick<Kind, 'group' | 'resource'>, namespace?: string): readonly KubeObject[];
  /** What the request does: `update`, `patch`. */
  readonly verb: string;
  /** Who asks: for kinds that note it down, as certificate requests do. */
  readonly user?: {
    readonly name: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  /**
   * Why the user may not do this to a part of the request's resource that has a name of its own in roles only;
   * undefined: it is allowed.
   */
  forbidden(asked: PartAsked): string | undefined;
  /** Whether nothing is written: then no addresses and ports are taken either. */
  readonly isDryRun: boolean;
  /** Adds the text of a Warning header, also to an answer that refuses. */
  readonly warn: (text: string) => void;
  /** Server settings that change answers. */
  readonly settings: ServerSettings;
}

/** Something that the request does besides: to which part, in which namespace ('': all) and to which name. */
export interface PartAsked {
  /** Before the request's own verb. */
  readonly verbPrefix?: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** What kube-apiserver is given as flags. */
export interface ServerSettings {
  /** --allow-privileged. Default false as the binary's; kubeadm and kind set it. */
  readonly allowPrivileged: boolean;
  /** --service-cluster-ip-range. Default 10.0.0.0/16. */
  readonly serviceRange: string;
  /** --service-node-port-range. Default 30000-32767. */
  readonly nodePorts: { readonly from: number; readonly to: number };
  /** --advertise-address and --secure-port: what stands behind the service `kubernetes`. Default 192.0.2.2:17500. */
  readonly advertised: { readonly address: string; readonly port: number };
  /** --feature-gates: those of `knownGates`. Default: none is on. */
  readonly featureGates: FeatureGates;
  /** --runtime-config, for versions behind those gates. Default: none is served. */
  readonly runtimeConfig: RuntimeConfig;
}

/** Why an object cannot get what it asks for: errors of its fields, or another answer. */
export type Unmet = readonly FieldError[] | Failure;

/** How one way of writing (the object itself, or its status, ...) treats what was sent. */
export interface UpdateStrategy<T = KubeObject> {
  /** Puts back what this way of writing may not change, and sets what the server owns. Pure: returns a new object. */
  prepareForUpdate?(object: T, old: T, context: StrategyContext): T;
  /** What keeps the object from getting what it now asks for: told alone, before any check. */
  reserveUpdate?(object: T, old: T, context: StrategyContext): Unmet | undefined;
  /** After metadata has been checked by the shared code. In upstream's order. */
  validateUpdate?(object: T, old: T, context: StrategyContext): readonly FieldError[];
  /** Texts of Warning headers. */
  warningsOnUpdate?(object: T, old: T, context: StrategyContext): readonly string[];
}

/** A kind of object, as the API server treats it. All functions are pure; objects are never changed in place. */
export interface Strategy<T extends HasMetadata = KubeObject> extends UpdateStrategy<T> {
  readonly kind: Kind<T>;
  /**
   * Another served version of the same stored objects: then only `kind`, `toStored`, `fromStored`,
   * `defaults` and `columns` count, and `validate` and `validateUpdate` if its checks differ (they get
   * stored objects). `storedAs` is the resource of the version that is stored.
   */
  readonly storedAs?: Kind;
  toStored?(object: T): KubeObject;
  fromStored?(object: KubeObject): T;

  /** Why what clients sent cannot become the stored form. Default: everything can. */
  conversionError?(object: T): string | undefined;

  /** The defaults of the version, applied when an object is decoded (and to what a patch gives). */
  defaults?(object: T): T;
  /** Drops status, allocates cluster IPs, computes what the server owns, ... */
  prepareForCreate?(object: T, context: StrategyContext): T;
  /** After metadata has been checked by the shared code. In upstream's order. */
  validate?(object: T, context: StrategyContext): readonly FieldError[];
  warningsOnCreate?(object: T, context: StrategyContext): readonly string[];

  /** How the name is checked. Default: a DNS-1123 subdomain. */
  readonly nameRule?: NameRule;
  /**
   * Whether the kind's own check of a new object looks at its metadata. Default true. Without it only what is common to all
   * is checked, and only when the own check has found nothing. @upstream apiserver/pkg/registry/rest/create.go BeforeCreate
   */
  readonly checksOwnMeta?: boolean;
  /** What keeps a new object from getting what it asks for (addresses, ports): told alone, before any check. */
  reserve?(object: T, context: StrategyContext): Unmet | undefined;
  /** The object whose metadata is shown alone, where the internal type has other metadata than the version. */
  rowObject?(object: T): T;
  /** Whether metadata.generation is 1 at creation (and counted by `prepareForUpdate`: see `bumpsGeneration`). */
  readonly hasGeneration?: boolean;
  /** Whether an update adds one to metadata.generation. Default: when `spec` changed, if `hasGeneration`. */
  bumpsGeneration?(object: T, old: T): boolean;
  /** What the server keeps for an object of the kind: made before it is stored, gone after it is. */
  companions?(object: T): readonly Companion[];
  /** PUT of what does not exist creates it. Default false. */
  readonly allowsCreateOnUpdate?: boolean;
  /** PUT without a resourceVersion is unconditional. Default true. */
  readonly allowsUnconditionalUpdate?: boolean;
  /** DELETE answers the object instead of a Status. Default false. */
  readonly returnsDeletedObject?: boolean;
  /** The seconds of grace that a delete gives; undefined: at once. Pods only, in 1.36. */
  graceSeconds?(object: T, asked: number | undefined): number | undefined;
  /**
   * The first DELETE only marks the object, which others then empty: namespaces and definitions. Undefined: as usual.
   * `finalizers` are those that the object has and those of the propagation that is asked for.
   */
  beginsDeletion?(
    object: T,
    context: StrategyContext,
    finalizers: readonly string[],
  ): T | undefined;
  /** Whether an object whose deletion has begun may go when an update drops its last finalizer. Default true. */
  mayGo?(object: T): boolean;
  /** What propagationPolicy is when none is asked for. Default Background. */
  readonly defaultPropagation?: 'Background' | 'Orphan' | 'Unsupported';
  /** What a DELETE is warned of that does not say what becomes of dependents. */
  readonly propagationWarning?: string;

  /** The status subresource. */
  readonly status?: UpdateStrategy<T>;
  /** Other subresources that write the object: `resize`, `ephemeralcontainers`, `finalize`, `approval`. */
  readonly subresources?: Readonly<Record<string, UpdateStrategy<T>>>;
  /** The scale subresource of workloads. */
  readonly scale?: ScalePaths<T>;
  /** Field selectors besides metadata.name and metadata.namespace: label -> value of the object. */
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>>;
  /**
   * For a version whose objects are stored as another kind's: what a field selector may name of them -> the
   * name of the stored kind's field. Default: the stored kind's names. @upstream AddFieldLabelConversionFunc
   */
  readonly fieldLabels?: Readonly<Record<string, string>>;
  /** How an unknown field selector is refused. Default: the `"x" is not a known field selector` form. */
  readonly fieldSelectorError?:
    'known-list' | 'not-supported' | 'not-supported-for-kind' | 'not-supported-for-version';
  /** The columns of `kubectl get`. Default: Name and Created At. */
  readonly columns?: readonly Column[];
  /** One row to an object. `now` gives ages. */
  cells?(object: T, nowMs: number): readonly unknown[];
  /** The order of a list's rows, where a table has another than the list. */
  compareRows?(one: T, other: T): number;
  /** Row conditions (Completed pods), if any. */
  rowConditions?(object: T): readonly unknown[];
}

/** An object that the server keeps for another one. */
export interface Companion {
  readonly kind: Pick<Kind, 'group' | 'resource'>;
  readonly object: KubeObject;
}

/** Where a scale subresource finds its numbers. */
export interface ScalePaths<T = KubeObject> {
  /** Why the number cannot be told: custom resources may lack the field. */
  readonly missingReplicas?: (object: T) => string | undefined;
  readonly replicas: (object: T) => number;
  readonly withReplicas: (object: T, replicas: number) => T;
  readonly statusReplicas: (object: T) => number;
  /** The printed selector. */
  readonly selector: (object: T) => string;
}

/** A column of a table. @upstream pkg/printers/internalversion/printers.go */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description: string;
  /** 0 is shown always, 1 with -o wide. */
  readonly priority?: number;
}

/**
 * How metadata.name is checked. `path`: no `/` or `%` (RBAC). `ip`: an address in its canonical form.
 * `made`: a subdomain, whatever the base that it was made from.
 */
export type NameRule = 'subdomain' | 'made' | 'label' | 'dns1035-label' | 'path' | 'ip' | 'any';

/** Gives a strategy that was written for its own type the type that all share. */
export function strategyOf<T extends HasMetadata>(strategy: Strategy<T>): Strategy {
  // The kind's token is what ties the type to the objects: only objects of this kind come in.
  return strategy as unknown as Strategy;
}
