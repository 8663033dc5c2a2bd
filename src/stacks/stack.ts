/**
 * The contract of a stack: a platform whose programs need models, data and traffic. A scenario names it in
 * `spec.stack`; the runner makes it before the cluster boots, attaches it, lets traffic flow, and keeps
 * what it measured.
 */
import type { Random } from '../../sim/engine/random.js';
import type { Clock } from '../../sim/engine/clock.js';
import type { Simulation } from '../../sim/simulation.js';
import type { Outcome } from '../laws/law.js';
import type { WorkloadMaker } from '../models/workloads.js';
import type { Located } from '../input/located.js';

/** What a stack is made from. */
export interface StackOptions {
  /** The scenario's document, for errors that name file, line and field. */
  readonly document: Located;
  /** Where its settings are in the document: `spec.stack`. */
  readonly path: readonly (string | number)[];
  /** A stream of its own. */
  readonly random: Random;
  /** The folder of the scenario: relative files are found from there. */
  readonly folder: string;
}

/** A kind of stack. One folder each. */
export interface StackKind {
  /** What `spec.stack.kind` says. */
  readonly name: string;
  /**
   * Makes the stack of a run. Everything that is wrong with its settings is refused here, before
   * anything runs.
   *
   * @throws InputError with file, line, field and the next step.
   */
  create(options: StackOptions): Stack;
}

/** What a stack uses of its cluster: of a simulation, or of the parts of ours on a real one. */
export interface StackCluster extends Pick<Simulation, 'random' | 'connect' | 'nodes'> {
  readonly loop: Clock;
  readonly network: Pick<Simulation['network'], 'route' | 'reach' | 'version' | 'outside'>;
}

/** A stack of one run. */
export interface Stack {
  /** What its containers do, by the names that `spec.workloads` gives. */
  readonly makers: Readonly<Record<string, WorkloadMaker>>;
  /** The cluster has booted: from now on it may use its clock and its network. */
  attach(cluster: StackCluster): void;
  /** A step of the scenario starts the traffic; it goes on until it is stopped. */
  startTraffic(): void;
  stopTraffic(): void;
  /** How things stand, for a line of progress: `requests/s` -> `1,020`. In the order in which they are shown. */
  progress(): readonly Figure[];
  /** Noteworthy things since the last call: drift found, retraining created, weights moved. */
  news(): readonly News[];
  /** The columns of its time series, fixed for the run. */
  readonly seriesColumns: readonly string[];
  /** The rows of the time series that are complete since the last call; the first column is the time. */
  seriesRows(): readonly (readonly (number | string | null)[])[];
  /** What came of it all, up to now. */
  report(): StackReport;
  /** What it measured at the cluster's edge, in the order of time, for the laws. Default: nothing. */
  outcomes?(): readonly Outcome[];
}

/** A named figure as it is shown. */
export interface Figure {
  readonly name: string;
  readonly value: string;
}

/** Something that a reader wants to know at once. */
export interface News {
  readonly timeMs: number;
  readonly topic: string;
  readonly text: string;
}

/** The results of a stack. */
export interface StackReport {
  /** Tables for people, in order. */
  readonly tables: readonly ReportTable[];
  /** The figures by which variants of a scenario are compared, in order. */
  readonly comparison: readonly ComparedFigure[];
  /** Everything, for programs: JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A table for people. */
export interface ReportTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a reader must know to take it rightly. */
  readonly notes?: readonly string[];
}

/** A figure that variants are compared by; undefined where it was not measured. */
export interface ComparedFigure {
  readonly name: string;
  readonly unit?: string;
  readonly value: number | undefined;
}
