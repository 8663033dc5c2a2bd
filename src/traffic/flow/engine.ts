/**
 * The contract between the traffic's side in the cluster and what works it out. An engine knows numbers
 * only: it may run in another thread, while the cluster goes on.
 */
import type { Random } from '../../../sim/engine/random.js';
import type { ServerSettings } from '../../../sim/workloads/serving/settings.js';
import type { FailureReason, GatewayAnswers, SampleArrival, Work } from './contract.js';
import type { FlowTotals, OutcomeSeries } from './outcome.js';
import type { RunSettings } from './run-settings.js';

/** What an engine is told of a replica. Numbers of replicas and gateways count up from 0. */
export interface ServedReplica {
  readonly id: number;
  readonly server: ServerSettings;
  /** What it serves: a model's version. */
  readonly revision: string;
  /** Whether it wants to hear of its work, and of its samples. */
  readonly hears: { readonly work: boolean; readonly samples: boolean };
}

/** The ways of requests, by names and numbers. */
export interface EnginePlan {
  /** Books that are opened, in their order. */
  readonly books: readonly string[];
  readonly paths: readonly {
    readonly share: number;
    readonly book: string;
    readonly to: { readonly replica: number } | { readonly failure: FailureReason };
  }[];
  /** The share of all requests by gateway. */
  readonly gatewayShares: readonly (readonly [gateway: number, share: number])[];
  /** Replicas that take requests. */
  readonly taking: number;
}

/** A sample that a replica answered. */
export interface AnsweredSample extends SampleArrival {
  readonly latencyMs: number | undefined;
  /** What its model says of it, where the engine has the model. */
  readonly score?: number | undefined;
}

/** What an engine tells of. */
export interface FlowSink {
  arrival(arrival: SampleArrival): void;
  answered(replica: number, sample: AnsweredSample): void;
  lost(arrival: SampleArrival, reason: FailureReason): void;
  replicaWork(replica: number, work: Work): void;
  gatewayWork(gateway: number, work: Work): void;
  /** What all gateways have answered; only where it is told later. */
  answers(answers: GatewayAnswers): void;
}

/** How an engine stands. */
export interface EngineStatus {
  readonly inFlight: number;
  /** Arrivals a second in the last whole window. */
  readonly offeredPerSecond: number;
  readonly totals: FlowTotals;
  /** Of the row under way: see `FlowSnapshot`. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** Works out the traffic, in ms since it began. What is asked of it is done in that order. */
export interface FlowEngine {
  addReplica(replica: ServedReplica): void;
  addGateway(gateway: { readonly id: number; readonly hearsWork: boolean }): void;
  removeGateway(id: number): void;
  /** It takes no new requests, and leaves with the end of the window in which it has none. */
  drain(id: number): void;
  /** Whether one that drains still has requests. */
  isLeaving(id: number): boolean;
  /** It is gone, with all that it had. */
  lose(id: number): void;
  replan(plan: EnginePlan): void;
  /** Works out what happens up to a time, which lies in the window under way. */
  advance(untilMs: number): void;
  /** No more arrivals. */
  stop(): void;
  /** The traffic is over. */
  finish(): void;
  status(): EngineStatus;
  /** What all gateways have answered. */
  answers(): GatewayAnswers;
  series(): OutcomeSeries;
  /** Ends a stretch of what is told: the function passes on one that ended `stretchesBehind` ago. */
  told(): () => void;
}

/** What an engine is made with. */
export interface EngineBrief {
  readonly settings: RunSettings;
  /** When the traffic began, in milliseconds since the epoch. */
  readonly originMs: number;
  readonly random: Random;
  readonly sink: FlowSink;
}
