/**
 * The contract between import and replay: the folder that an import writes, and the lines of its files.
 *
 * ```
 * scenario.yaml             the scenario: spec.cluster.nodes, start, seed; the steps restore, advance, replay
 * manifests/nodes.yaml      the nodes: capacity, allocatable, labels, taints (no objects to apply)
 * manifests/<ns>.yaml       objects as they were at the start, owners before the owned, each under a
 *                           comment that names its source; status stands where it was recorded
 * manifests/cluster.yaml    the same of cluster-scoped objects
 * replay.jsonl              a RecordedWrite a line, by time: persons and outside controllers only
 * recorded/writes.jsonl     a RecordedWrite a line, by time: all writes, ours and refused ones too,
 *                           without bodies but for bindings and scale
 * recorded/objects.jsonl    a RecordedObject a line: each object as each dump shows it, with status
 * recorded/events.jsonl     a RecordedEvent a line, by time
 * recorded/series.jsonl     a RecordedSeries a line
 * recorded/alerts.jsonl     a RecordedAlert a line, by time
 * recorded/decisions.jsonl  a RecordedDecision a line, by time
 * recorded/drawn.jsonl     a RecordedDraw a line: names, uids and nodes that chance gave, to be given again
 * recorded/facts.json       IncidentFacts: what the import found out
 * IMPORT.md                 the tables: rebuilt, guessed, missing; contradictions; problems of the input
 * ```
 * A file that would be empty is not written. Times are RFC 3339 in UTC; names are anonymised alike in
 * all files. JSON lines have one object a line and end with a newline.
 */
import type { EventLine } from '../scenario/take-over.js';
import type { KubeObject } from '../../sim/api/object.js';

export type { RecordedDraw } from '../scenario/recorded-past.js';
export type { Actor, RecordedWrite } from '../scenario/recorded-write.js';

/** Where each part lies in an imported folder. */
export const incidentFiles = {
  scenario: 'scenario.yaml',
  nodes: 'manifests/nodes.yaml',
  manifests: 'manifests',
  replay: 'replay.jsonl',
  writes: 'recorded/writes.jsonl',
  objects: 'recorded/objects.jsonl',
  events: 'recorded/events.jsonl',
  series: 'recorded/series.jsonl',
  alerts: 'recorded/alerts.jsonl',
  decisions: 'recorded/decisions.jsonl',
  drawn: 'recorded/drawn.jsonl',
  facts: 'recorded/facts.json',
  report: 'IMPORT.md',
} as const;

/** An object as a dump shows it. */
export interface RecordedObject {
  /** When the dump was taken, as exactly as it tells. */
  readonly at: string;
  readonly source: string;
  readonly object: KubeObject;
}

/** An event that the cluster told, repeated ones once with their count. */
export interface RecordedEvent extends EventLine {
  readonly source: string;
}

/** A series of a metric: the samples where the value changed, and the last one. */
export interface RecordedSeries {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch and the value; between two of them the first one's value held. */
  readonly samples: readonly (readonly [atMs: number, value: number | 'NaN' | '+Inf' | '-Inf'])[];
  /** The time between two samples of the source, where it is even. */
  readonly stepMs?: number;
  readonly source: string;
}

/** A stretch of an alert. */
export interface RecordedAlert {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pending?: string;
  readonly firing?: string;
  /** Absent: it still was on when the record ends. */
  readonly resolved?: string;
  readonly source: string;
}

/** What the scheduler decided. */
export interface RecordedDecision {
  readonly at: string;
  readonly namespace: string;
  readonly pod: string;
  /** Set: bound to this node. */
  readonly node?: string;
  /** Set: could not be scheduled, in the scheduler's words. */
  readonly unschedulable?: string;
  readonly evaluatedNodes?: number;
  readonly feasibleNodes?: number;
  readonly source: string;
}

/** A step of a quantity over time: from then on it was so. */
export type Stretch<T> = readonly [at: string, value: T];

/** What an import found out without being asked. */
export interface Finding {
  /** `quota exhausted`, `two writers of one field`, `alert`, `pod starved`, ... */
  readonly what: string;
  /** `ResourceQuota fraud/gpu-quota`. */
  readonly object?: string;
  readonly from?: string;
  readonly to?: string;
  /** In a sentence, with the numbers. */
  readonly detail: string;
  /** Further facts by name. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** What an import knows of an incident, in numbers. Absent: the sources do not tell. */
export interface IncidentFacts {
  /** From the first to the last thing that was recorded; a dump alone has one instant. */
  readonly window?: readonly [from: string, to: string];
  readonly dumpTakenAt?: string;
  /** Where the scenario starts. */
  readonly start: string;
  readonly nodes?: number;
  readonly gpus?: number;
  readonly podsAtDump?: readonly string[];
  /** By the workload, `Deployment fraud/scorer`: replicas that were asked for. */
  readonly replicas?: Readonly<Record<string, readonly Stretch<number>[]>>;
  /** By `namespace/name` and resource. */
  readonly quotas?: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          { readonly hard: readonly Stretch<number>[]; readonly used: readonly Stretch<number>[] }
        >
      >
    >
  >;
  readonly auditEvents?: number;
  /** Audit events that were answered with 403. */
  readonly audit403?: number;
  readonly events?: number;
  readonly eventsAtDump?: number;
  readonly bindings?: number;
  readonly schedulerLogLines?: number;
  readonly findings: readonly Finding[];
}
