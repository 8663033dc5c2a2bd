/**
 * The contract of a law: what must hold of a cluster, judged from outside. A law sees the history that
 * the API server tells and what was measured at the cluster's edge, entry by entry; it never knows which
 * backend it judges. One law to a file.
 */
import type { HasMetadata, KubeObject } from '../../sim/api/object.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import type { ResourceName, Resources } from './resources.js';
import type { World } from './world.js';

/** What a law is about. */
export type LawFamily = 'scheduling' | 'scaling' | 'security' | 'recovery' | 'general';

/** Thresholds of a law by name; the name ends with the unit or the bound: `waitMaxMs`, `changesMax`. */
export type LawSettings = Readonly<Record<string, number>>;

/** A law. */
export interface Law {
  /** `gpu-held-once`: what --laws, reports and tokens call it. */
  readonly name: string;
  readonly family: LawFamily;
  /** What must hold, in one sentence that a user reads when it is broken. */
  readonly says: string;
  /** Where it is written: an upstream document, a KEP, a paper. */
  readonly source?: string;
  /** Parts of the fidelity table that are approximated and can touch the verdict. */
  readonly touches?: readonly string[];
  /** Its thresholds and their defaults. */
  readonly settings: LawSettings;
  /** Begins to judge one history; what is not given stays at its default. */
  begin(settings?: LawSettings): Judge;
}

/** A law as its file writes it: `begin` gets all settings. */
export interface LawDefinition<S extends LawSettings> extends Omit<Law, 'settings' | 'begin'> {
  readonly settings?: S;
  begin(settings: S): Judge;
}

/** Makes a law. */
export function law<S extends LawSettings>({ settings, begin, ...about }: LawDefinition<S>): Law {
  const defaults = settings ?? ({} as S);
  const begun = (given?: LawSettings) => begin(Object.assign({}, defaults, given));
  return Object.assign({}, about, { settings: defaults, begin: begun });
}

/** Judges one history. */
export interface Judge {
  /** What it looks at; it is never asked about anything else. */
  readonly on?: Handlers;
  /** Something was measured at the edge; changes up to that time were seen before. */
  outcome?(outcome: Outcome, world: World): void;
  /** The history is over. */
  end(world: World): Judged;
}

/**
 * By resource: a change was stored, `world` is as it is after it. `*` sees changes of all resources
 * but leases and events, which say nothing about the state of the cluster.
 */
export type Handlers = {
  readonly [R in ResourceName]?: (change: Change<Resources[R]>, world: World) => void;
} & { readonly '*'?: (change: Change, world: World) => void };

/** An entry of the history with an object of a known type. */
export interface Entry<T extends HasMetadata = KubeObject> extends Omit<HistoryEntry, 'object'> {
  readonly object: T;
}

/** A change of one object. */
export interface Change<T extends HasMetadata = KubeObject> extends Entry<T> {
  /** The object before; undefined when it was added. */
  readonly before: T | undefined;
}

/** Requests that went to a pod which does not serve, of which its clients could not know yet. */
export interface UnheardRequests {
  /** It had ended as it was told to, a while ago at most. */
  readonly ended: number;
  /** It was taken for ready before its program listened. */
  readonly starting: number;
}

/** What was measured at the cluster's edge. */
export type Outcome =
  /** A connection was tried: by a policy probe, a client. */
  | {
      readonly kind: 'connection';
      readonly timeMs: number;
      /** `namespace/pod`, or an address outside of the cluster. */
      readonly from: string;
      /** The pod that would have answered, where one is behind the address. */
      readonly to: string;
      readonly port: number;
      readonly protocol: 'TCP' | 'UDP' | 'SCTP';
      readonly result: 'connected' | 'refused' | 'timed out';
    }
  /** A request to the API server was answered. */
  | {
      readonly kind: 'access';
      readonly timeMs: number;
      readonly user: string;
      /** The groups of the user, where they are known: those of service accounts need not be told. */
      readonly groups?: readonly string[];
      readonly verb: string;
      /** `pods`, `deployments.apps`, `pods/exec`. */
      readonly resource: string;
      readonly namespace: string;
      readonly name: string;
      readonly code: number;
      /** Who refused: the authoriser, admission, or nobody. */
      readonly refusedBy?: 'authorizer' | 'admission';
      /** Whether an audit event was written for it. */
      readonly isAudited: boolean;
    }
  /** What came of the requests to a service in a span of time that ends now. */
  | {
      readonly kind: 'requests';
      readonly timeMs: number;
      readonly spanMs: number;
      /** `namespace/name` of the service. */
      readonly service: string;
      readonly offered: number;
      readonly finished: number;
      /** By reason: `reset`, `refused`, `no endpoint`, `timed out`, `shed`, `dropped by network policies`. */
      readonly failed: Readonly<Record<string, number>>;
      /** Those of the failed that were lost to old news, where that is known. */
      readonly unheard?: UnheardRequests;
      /** Requests that the ready replicas could have served in the span. */
      readonly capacity: number;
      /** The fault after which it was counted: whoever measures or routes may be cut off as well. No law hears of it. */
      readonly afterFault?: string;
    }
  /** From now on a component hears or is heard late: what it does until then may rest on an older state. */
  | {
      readonly kind: 'blinded';
      readonly timeMs: number;
      /** `kube-scheduler`. */
      readonly process: string;
      readonly untilMs: number;
    }
  /** A step of a recovery from drift; `drift` numbers the ledger's entries, none on a false alarm. */
  | {
      readonly kind: 'recovery';
      readonly timeMs: number;
      /** `watching`: a monitor is at work from now on, beside the model it names. */
      readonly step:
        | 'watching'
        | 'injected'
        | 'detected'
        | 'retraining'
        | 'retraining failed'
        | 'trained'
        | 'canary'
        | 'promoted'
        | 'rolled back';
      readonly drift?: number;
      readonly isHarmful?: boolean;
      /** The version that was trained, got traffic, was promoted; after `rolled back` the one that serves again. */
      readonly model?: string;
      /** Average precision of the model on the labels known by then; of the one that serves at `injected`. */
      readonly averagePrecision?: number;
      readonly championPrecision?: number;
    };

/** What a law found. */
export interface Judged {
  /** How often it had something to judge; 0: it says nothing of this history. */
  readonly looked: number;
  readonly breaches: readonly Breach[];
  /** Why it cannot be said: the history ended too early for it. */
  readonly inconclusive?: string;
}

/** A breach: the story of how the law was broken. */
export interface Breach {
  readonly timeMs: number;
  /** What happened, in one sentence that names the objects. */
  readonly what: string;
  /** `Pod training/worker-0`. */
  readonly objects: readonly string[];
  /** The lines of the history that prove it, in order. */
  readonly evidence: readonly Evidence[];
}

/** A line of the history. */
export interface Evidence {
  readonly timeMs: number;
  /** Of the write; none for what was measured. */
  readonly revision?: number;
  readonly text: string;
}
