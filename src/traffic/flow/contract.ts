/**
 * The contract of the traffic exchange: where requests, which are no API objects, meet the gateways
 * and replicas that run as programs in pods. One exchange to a run: it is made before the cluster is
 * booted, handed to the makers of workloads, and started when traffic is to begin.
 */
import type { Pod } from '../../../sim/api/kinds/core.js';
import type { Clock } from '../../../sim/engine/clock.js';
import type { Random } from '../../../sim/engine/random.js';
import type { Simulation } from '../../../sim/simulation.js';
import type { ServerSettings } from '../../../sim/workloads/serving/settings.js';
import type { ContainerContext } from '../../../sim/workloads/workload.js';
import type { EngineBrief, FlowEngine } from './engine.js';
import type { FlowTotals, OutcomeSeries } from './outcome.js';

/** Arrival instants, window by window; each window is asked for once, in order. */
export interface Arrivals {
  /**
   * The arrivals of [fromMs, untilMs), in milliseconds since the epoch: `count` instants stand in
   * `offsetsMs`, in ascending order, as milliseconds after `fromMs`. The array is used again.
   */
  between(fromMs: number, untilMs: number): ArrivalBlock;
  /**
   * Only how many arrive in each step from `fromMs` on, in place of the instants: for rates at which
   * requests are reckoned per batch. Where it is missing, the instants are counted.
   */
  counts?(fromMs: number, stepMs: number, into: Int32Array): void;
}

/** The arrivals of one window. */
export interface ArrivalBlock {
  readonly count: number;
  readonly offsetsMs: Float64Array;
}

/** What the traffic is and where it goes. */
export interface TrafficSettings {
  /** When requests arrive: `poissonArrivals(rate, random)`, or a recording. */
  readonly arrivals: Arrivals;
  /** The gateway's Service as clients outside reach it: a full DNS name or an address, and its port. */
  readonly gateway: { readonly host: string; readonly port: number };
  /** What the requests ask for; an HTTPRoute that does not match it does not carry them. */
  readonly request?: { readonly hostname?: string; readonly path?: string };
  /** The step in which traffic is worked out, in virtual ms. Default 1000. */
  readonly windowMs?: number;
  /** Every so many-th arrival is a sample that a real model scores. Default 100; 0: none. */
  readonly sampleEvery?: number;
  /** An answer that takes longer, from the intended start, is a failure. Default 2000. */
  readonly timeoutMs?: number;
  /** There and back over both hops: added to each latency. Default 4, four times 1 ms. */
  readonly networkMs?: number;
  readonly retries?: RetrySettings;
  /** More requests a second than this for one replica are reckoned per batch. Default 20,000. */
  readonly perBatchAbove?: number;
  /** The length of a row of the time series, in virtual ms. Default 60,000. */
  readonly rowMs?: number;
  /** Clients have at most so many requests under way; further arrivals are dropped. Default none. */
  readonly inFlightMax?: number;
  /**
   * What so many windows came to (samples, work, what gateways answered) is told when three times as many
   * more have passed, and not at once: another thread has that time for it. Default 0: at once.
   */
  readonly tellsAfter?: number;
  /** Makes what works the traffic out. Default: this thread does, when it is asked to. */
  readonly engine?: (brief: EngineBrief) => FlowEngine;
  /** Told of each sample when it arrives, in the order of arrival. */
  readonly onSampleArrival?: (sample: SampleArrival) => void;
  /** Told of each sample that got no answer in time. */
  readonly onSampleLost?: (sample: SampleArrival & { readonly reason: FailureReason }) => void;
}

/** Retries as the gateway makes them, after what is refused, reset or shed. */
export interface RetrySettings {
  /** Retries may be this share of the requests under way or new in a window. Default 0.2. */
  readonly budget?: number;
  /** Retries of one request. Default 1. 0: none. */
  readonly attemptsMax?: number;
  /** The shortest wait before a retry; it is drawn between once and twice this. Default 25. */
  readonly backOffMs?: number;
}

/** A sampled request when it arrives. */
export interface SampleArrival {
  /** Counts samples from 0 in the order of arrival. */
  readonly ordinal: number;
  /** Counts all arrivals from 0: the row of a recording. */
  readonly arrival: number;
  /** The intended start, in milliseconds since the epoch. */
  readonly timeMs: number;
}

/** A sampled request that was answered. */
export interface Sample extends SampleArrival {
  /** From the intended start to the answer; undefined where it was reckoned per batch. */
  readonly latencyMs: number | undefined;
  /** What the replica's model says of it; undefined: the replica scores it. */
  readonly score?: number | undefined;
  /** What the replica said it serves. */
  readonly revision: string;
  /** The pod's name. */
  readonly replica: string;
}

/** Why a request failed. */
export type FailureReason =
  'no gateway' | 'no route' | 'denied by policy' | 'refused' | 'reset' | 'timed out' | 'shed';

/** How busy a program was, averaged over some seconds. */
export interface Work {
  /** Requests that it finished a second. */
  readonly finishedPerSecond: number;
  /** The share of the time in which its servers served, 0 to 1. */
  readonly busy: number;
}

/** A replica as it registers when it is ready to serve. */
export interface Replica {
  readonly pod: Pod;
  readonly ip: string;
  readonly port: number;
  /** What it serves: a model's version. It is told with each sample. */
  readonly revision: string;
  readonly server: ServerSettings;
  /** Hears how busy it was, every ten seconds and only when that has changed by 5 % or more. */
  readonly onWork?: (work: Work) => void;
  /** Hears of each sample that it answered, in the order of answers. */
  readonly onSample?: (sample: Sample) => void;
}

/** A gateway as it registers: a proxy that adds no queue, which knows its routes by itself. */
export interface Gateway {
  readonly pod: Pod;
  readonly ip: string;
  readonly port: number;
  /** The backends of the request by weight as the gateway has read them; undefined: never read. */
  backends(request: FlowRequest): readonly WeightedBackend[] | undefined;
  readonly onWork?: (work: Work) => void;
}

/** What a request shows to a router. */
export interface FlowRequest {
  readonly hostname: string;
  readonly path: string;
}

/** A Service, and its share of the traffic. */
export interface WeightedBackend {
  /** The Service's name: what series and tables call the revision. */
  readonly name: string;
  readonly weight: number;
  /** Where to: endpoints that the gateway knows by itself, or the Service, which it asks DNS for. */
  readonly to: readonly BackendAddress[] | { readonly host: string; readonly port: number };
}

/** An endpoint of a Service. */
export interface BackendAddress {
  readonly ip: string;
  readonly port: number;
}

/** What a registered replica can do. */
export interface Registration {
  /** Takes no new requests: they are refused. `then` runs once when the last is answered. */
  drain(then: () => void): void;
  /**
   * It is gone: what it had is lost. A program calls this from `Program.ended`, or the exchange takes
   * it for alive after a SIGKILL. Without effect the second time, and after it has drained.
   */
  end(): void;
}

/** What a registered gateway can do. */
export interface GatewayRegistration extends Registration {
  /** From now on `backends` answers otherwise. */
  changed(): void;
  /** What it has answered up to now: its part of the traffic by its share when it was asked. */
  answered(): GatewayAnswers;
}

/** Counters of a gateway since it registered. */
export interface GatewayAnswers {
  readonly finished: number;
  readonly failures: Readonly<Record<FailureReason, number>>;
  /** Of the finished: how many took no longer than each of `latencyBoundsMs`; those per batch are not in it. */
  readonly within: readonly number[];
  readonly sumMs: number;
}

/** The bounds of a gateway's histogram of latencies. */
export const latencyBoundsMs: readonly number[] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500];

/** Where traffic begins. */
export interface FlowCluster {
  readonly loop: Clock;
  readonly random: Random;
  readonly network: Pick<Simulation['network'], 'reach' | 'version'>;
}

/** Where requests meet gateways and replicas. */
export interface TrafficExchange {
  registerReplica(replica: Replica): Registration;
  registerGateway(gateway: Gateway): GatewayRegistration;
  /** Begins traffic at the cluster's present time; once. */
  start(cluster: FlowCluster, settings: TrafficSettings): void;
  /** Ends new arrivals; those under way are still answered. */
  stop(): void;
  /** How it stands now; cheap, for lines of progress. */
  snapshot(): FlowSnapshot;
  /** Rows by minute, histograms by hour: all that a report needs. */
  readonly series: OutcomeSeries;
}

/** How traffic stands at a moment. */
export interface FlowSnapshot {
  readonly timeMs: number;
  readonly totals: FlowTotals;
  readonly inFlight: number;
  /** Registered replicas that take requests. */
  readonly replicas: number;
  readonly gateways: number;
  /** Of the last full window. */
  readonly offeredPerSecond: number;
  /** Of the row under way, in ms; undefined where the per-batch level ran or nothing finished. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** What a batching server serves, once it is loaded. */
export interface ServedModel {
  /** A model's version: told with each sample. */
  readonly revision: string;
  /** Hears of each sample that this replica answered: scores its transaction. */
  readonly onSample?: (sample: Sample) => void;
}

/** How the workload `batching-server` gets what it serves: `servingWorkloads(exchange, hooks)`. */
export interface ServingHooks {
  /**
   * Loads the model of a container; `done` is called with it, or with why there is none: then the
   * program logs that and exits with 1. The stated load time comes after that. Default: a model
   * that is named by the setting `revision`.
   */
  readonly load?: (
    context: ContainerContext,
    settings: Readonly<Record<string, unknown>>,
    done: (loaded: ServedModel | { readonly error: string }) => void,
  ) => void;
}
