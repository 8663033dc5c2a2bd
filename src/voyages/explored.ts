/** What a search among voyages is told and what it tells: the contract of `explore`. */
import type { Arbitrary } from 'fast-check';
import type { PlantedFault } from '../../sim/engine/planted.js';
import type { Breach, Law, LawSettings } from '../laws/law.js';
import type { Fleet } from './fleet.js';
import type { PlanSize, VoyagePlan } from './plan.js';

/** How a search goes. */
export interface ExploreOptions {
  /** What voyages are drawn from: see `src/arbitraries/`. */
  readonly plans: Arbitrary<VoyagePlan>;
  /**
   * What they are drawn from, as `planSource` gives it: `inputs` as text, for which alone a token is
   * good, and the options with which the arbitrary was made, which travel in it. Default: nothing.
   */
  readonly origin?: { readonly inputs: string; readonly options: object };
  readonly laws: readonly Law[];
  /** Thresholds by law, where they are not to be the defaults. */
  readonly settings?: Readonly<Record<string, LawSettings>>;
  readonly seed: number;
  /** How many voyages at most. Default 1,000. */
  readonly runs?: number;
  /** The number of the first voyage, from 0: a search can be divided. Default 0. */
  readonly firstRun?: number;
  /** How long at most, in real milliseconds. Default: as long as the runs take. */
  readonly timeMs?: number;
  /** How many threads sail. Default: one for each core. The results are the same for any number. */
  readonly workers?: number;
  /**
   * A fleet that was assembled ahead, with the same laws and settings, so that its threads start while
   * other work is done; it is disposed of at the end. Default: one is assembled.
   */
  readonly fleet?: Fleet;
  /** Voyages that broke a law before: they are sailed first. */
  readonly known?: readonly VoyagePlan[];
  /** After so many counterexamples, each of another law, the search ends. Default 1. */
  readonly counterexamplesMax?: number;
  /** How many voyages shrinking one counterexample may take. Default 400; 0: it is told as it was found. */
  readonly shrinkRunsMax?: number;
  /** Ends the search when it aborts: what is under way then is not waited for. */
  readonly signal?: AbortSignal;
  /** Hears of every voyage in order, of what it found, and of each step of shrinking. */
  readonly progress?: (news: ExploreNews) => void;
  /** Only for tests. */
  readonly planted?: readonly PlantedFault[];
}

/** How far a search has come. */
export type ExploreNews =
  | { readonly kind: 'sailed'; readonly run: number; readonly brokenLaw?: string }
  /** A voyage broke a law: as it was found, before it is made small. */
  | { readonly kind: 'found'; readonly example: Counterexample }
  | { readonly kind: 'shrunk'; readonly law: string; readonly size: PlanSize };

/** What a search found. */
export interface Explored {
  readonly seed: number;
  /** Voyages that were sailed, known ones included; shrinking is not counted. */
  readonly runs: number;
  /** Why it ended. */
  readonly end: 'all runs' | 'counterexamples' | 'time' | 'interrupted';
  /** How often each sort of event and fault was let happen: `scale`, `fault crash`. */
  readonly tried: Readonly<Record<string, number>>;
  readonly objectsTried: Readonly<Record<string, number>>;
  /** Requests to the Services of the manifests, over all voyages. */
  readonly traffic: {
    readonly offered: number;
    readonly failed: number;
    /** The failed ones by what became of them: `no endpoint`. */
    readonly reasons?: Readonly<Record<string, number>>;
    /** Those that policies let nobody send, by who shuts which Service: `network policies: shop/web`. */
    readonly shut?: Readonly<Record<string, number>>;
    /** Those lost to pods that had `ended` or were `starting` and clients did not know: `ended: shop/web`. */
    readonly unheard?: Readonly<Record<string, number>>;
  };
  /** What the API server refused, by its words: the most frequent first, at most twenty. */
  readonly refusals: readonly { readonly message: string; readonly count: number }[];
  /** Workloads of which no pod was ready on any voyage: of what depends on them, laws can say nothing. */
  readonly neverReady: readonly { readonly workload: string; readonly why: string }[];
  /** In the order of the laws. */
  readonly laws: readonly LawTally[];
  readonly counterexamples: readonly Counterexample[];
}

/** What voyages said of a law. */
export interface LawTally {
  readonly law: string;
  readonly held: number;
  readonly vacuous: number;
  readonly inconclusive: number;
  readonly broken: number;
  /** Why most of those that are inconclusive are; none where none is. */
  readonly why?: string;
}

/** A voyage that breaks a law, made small. */
export interface Counterexample {
  readonly law: string;
  /** Replays it: `seatrial replay TOKEN`. */
  readonly token: string;
  /** For fast-check's parameters `{ seed, path }`; none for one that was known before. */
  readonly path?: string;
  readonly plan: VoyagePlan;
  /** Of the history of `plan`. */
  readonly digest: string;
  /** Virtual time of its boot, in milliseconds since the epoch. */
  readonly startMs: number;
  readonly before: PlanSize;
  readonly after: PlanSize;
  /** The voyage's number, from 1. */
  readonly runsToFind: number;
  /** How many voyages shrinking took, and whether it had come to its end. */
  readonly shrinkRuns: number;
  readonly isSmallest: boolean;
  /** Of the law, as `plan` breaks it; the first is the story. */
  readonly breaches: readonly Breach[];
}
