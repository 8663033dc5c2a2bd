/**
 * The contract of a format: it recognises a file by its path and its first bytes, and tells a sink what
 * it reads in it. One format to a file; it never looks at other files and never decides what it means.
 */
import type { EventWords } from '../../scenario/take-over.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { RecordedWrite } from '../../scenario/recorded-write.js';

/** A file of the input, wherever it came from: a folder, an archive, standard input. Read once. */
export interface InputFile {
  /** Below what the user gave, with `/`: `must-gather/version`. */
  readonly path: string;
  /** The first bytes, at most 64 KiB. */
  readonly head: Uint8Array;
  /** The same as text. */
  readonly headText: string;
  /** When it was written, where the disk or the archive tells. */
  readonly modifiedMs?: number;
  /** All bytes, from the beginning. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Where something was read. */
export interface Source {
  readonly file: string;
  readonly line?: number;
}

/** A time as a source tells it, in milliseconds since the epoch, microseconds behind the point. */
export type TimeMs = number;

/** An object as a source shows it. */
export interface Sighting {
  readonly object: KubeObject;
  readonly source: Source;
  /** Which dump it is of; absent: it was written, not dumped. */
  readonly dump?: string;
  /** When it was so, where the source tells. */
  readonly atMs?: TimeMs;
}

/** An object as the log shows it right after a write of it. */
export interface LogSight {
  readonly object: KubeObject;
  readonly source: Source;
  readonly atMs: TimeMs;
  readonly verb: string;
  readonly subresource?: string;
  /** Of patches: what was asked for. */
  readonly body?: unknown;
  /** The size before it was scaled, where that came before this sight. */
  readonly scaledFrom?: number;
}

/** A write with its time as a number, so that it is read once. */
export interface TimedWrite extends RecordedWrite {
  readonly atMs: TimeMs;
  /** What the object held after it, of what is followed, where the log has the answer. */
  readonly result?: {
    readonly replicas?: number;
    readonly hard?: Readonly<Record<string, string>>;
    readonly used?: Readonly<Record<string, string>>;
  };
  /** The resourceVersion that it made, where the log has the answer. */
  readonly revision?: number;
}

/** An event: core/v1 and events.k8s.io/v1 brought to one form. */
export interface ToldEvent extends EventWords {
  readonly uid?: string;
  readonly atMs: TimeMs;
  readonly untilMs?: TimeMs;
  readonly source: Source;
  /** Set: it was in a dump of the API, not in an export. */
  readonly dump?: string;
}

/** A sample of a series. */
export interface Sample {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Absent: at the moment of the scrape. */
  readonly atMs?: TimeMs;
  readonly value: number;
  readonly source: Source;
}

/** An alert as the rules API shows it at a moment. */
export interface ToldAlert {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
  readonly activeAtMs?: TimeMs;
  readonly source: Source;
}

/** A decision of the scheduler. */
export interface Decision {
  readonly atMs: TimeMs;
  readonly namespace: string;
  readonly pod: string;
  readonly node?: string;
  readonly unschedulable?: string;
  readonly evaluatedNodes?: number;
  readonly feasibleNodes?: number;
  readonly source: Source;
}

/** A change of the owners of pods that a trace tells. */
export interface TraceStep {
  readonly atMs: TimeMs;
  readonly applied: readonly KubeObject[];
  readonly deleted: readonly KubeObject[];
  readonly source: Source;
}

/** When the pods of an owner ran. */
export interface PodRun {
  /** `Deployment fraud/scorer`. */
  readonly owner: string;
  readonly startMs: TimeMs;
  /** Absent: it still ran. */
  readonly endMs?: TimeMs;
}

/** What a format tells. */
export interface Sink {
  object(sighting: Sighting): void;
  write(write: TimedWrite): void;
  /** An object after a write, by whomever; what comes first tells what was there before the log. */
  sight(sight: LogSight): void;
  event(event: ToldEvent): void;
  sample(sample: Sample): void;
  alert(alert: ToldAlert): void;
  decision(decision: Decision): void;
  step(step: TraceStep): void;
  run(run: PodRun): void;
  /** Something of the input that could not be used, and was left out. */
  problem(source: Source, what: string): void;
  /** When a dump was taken: what the dump itself tells. */
  dumped(dump: string, time: { readonly fromMs: TimeMs; readonly toMs: TimeMs }): void;
  /** The time that a source says that it covers. */
  covers(fromMs: TimeMs, toMs: TimeMs): void;
  /** Something is counted: `audit events`, `lines of the scheduler's log`. */
  count(what: string, amount?: number): void;
  /** Something that was read, but of which nothing is used: `logs of containers`. */
  unused(what: string, source: Source): void;
  /** For what comes in several pieces of the input: whether it was there before. */
  isRepeated(key: string, source: Source): boolean;
}

/** A format. */
export interface Format {
  /** `audit log`: what reports call it. */
  readonly name: string;
  /** What it gives back, in a few words. */
  readonly gives: string;
  /** What it cannot tell, in a few words each. */
  readonly lacks: readonly string[];
  recognises(file: InputFile): boolean;
  /** Reads all of the file; what is wrong in it goes to the sink, never out as an error. */
  read(file: InputFile, sink: Sink): Promise<void>;
}
