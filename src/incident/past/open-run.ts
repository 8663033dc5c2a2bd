/** Opens a run at an instant: the record of it, or the run itself sailed again. */
import { dirname } from 'node:path';
import type { Serve } from '../../../sim/api/request.js';
import type { SimulatedCluster } from '../../backends/sim.js';
import type { Steering } from '../../backends/steering.js';
import { elapsedMs } from '../../host.js';
import { exitCodes, UserError } from '../../input/errors.js';
import { Journal } from '../../scenario/journal/reader.js';
import { RunJournal } from '../../scenario/journal/run-journal.js';
import { folderShelf, memoryShelf } from '../../scenario/journal/shelf.js';
import type { KeptRun } from '../../scenario/kept-runs.js';
import { loadScenario, type Scenario } from '../../scenario/scenario.js';
import { inVariant } from '../../scenario/variants.js';
import type { VoyagePlan } from '../../voyages/plan.js';
import { version } from '../../version.js';
import { instantOf, type Span } from './instant-of.js';
import { PastMetrics } from './past-metrics.js';
import { PastCluster } from './past-cluster.js';
import { ResailedCluster } from './resailed-cluster.js';
import { planSourceOf, scenarioSource, type VoyageSource } from './voyage-source.js';

/** A run that can be opened. */
export interface OpenableRun {
  readonly name: string;
  readonly source: () => VoyageSource;
  readonly journal?: Journal;
  /** What an import wrote, where it is a run of it. */
  readonly folder?: string;
  /** From when to when it went, where that is known. */
  readonly span?: Span;
  /** The version that made it. */
  readonly version: string;
}

/** A run at an instant, to be served. */
export interface OpenedRun {
  readonly steering: Steering;
  readonly serve: Serve;
  /** The metrics of then: where there is a record. */
  readonly metrics?: PastMetrics;
  /** The cluster as it is now: only where it goes on. */
  readonly simulated?: () => SimulatedCluster;
  /** What a user must know, line by line. */
  readonly says: readonly string[];
  /** Rejects when the cluster breaks. */
  ended(): Promise<void>;
  end(): Promise<void>;
}

/** A kept run. */
export function openableRun({ id, path, facts, document = {} }: KeptRun): OpenableRun {
  if (facts === undefined) throw refused(`${path}/run.json cannot be read`, 'open another run');
  const { startMs, durationMs } = document as { startMs?: number; durationMs?: number };
  const journal = Journal.open(folderShelf(() => path));
  const span =
    spanOf(startMs, durationMs) ?? (journal === undefined ? undefined : ownSpan(journal));
  return {
    name: id,
    source: () => {
      const { file, variant, seed } = facts;
      const scenario = loadScenario(file);
      return scenarioSource(variant === undefined ? scenario : inVariant(scenario, variant), {
        seed,
      });
    },
    version: facts.version,
    folder: dirname(facts.file),
    ...(journal !== undefined && { journal }),
    ...(span !== undefined && { span }),
  };
}

/** A scenario that was not run yet, as its seed says: what an import wrote. */
export function openableScenario(scenario: Scenario): OpenableRun {
  const { seed = 1 } = scenario.cluster;
  const { name, folder } = scenario;
  return { name, folder, source: () => scenarioSource(scenario, { seed }), version };
}

/** The voyage of a plan: a counterexample. */
export function openablePlan(name: string, plan: VoyagePlan): OpenableRun {
  return { name, source: () => planSourceOf(plan), version };
}

function spanOf(startMs?: number, durationMs?: number): Span | undefined {
  if (startMs === undefined || durationMs === undefined) return undefined;
  return { startMs, endMs: startMs + durationMs };
}

function ownSpan({ startMs, endMs }: Journal): Span {
  return { startMs, endMs };
}

/** Opens the record of a run, which is only read; a run that kept none is sailed again first. */
export async function openPast(run: OpenableRun, at: string): Promise<OpenedRun> {
  const startMs = elapsedMs();
  const { journal, span } = run.journal === undefined ? await recorded(run) : run;
  if (journal === undefined) throw refused(`${run.name} left no record`, 'open another run');
  const past = new PastCluster(journal, instantOf(at, span ?? ownSpan(journal)));
  const tookMs = Math.round(elapsedMs() - startMs);
  const sailed = run.journal === undefined ? ', sailed again for it' : '';
  return {
    steering: past,
    serve: past.serve,
    metrics: new PastMetrics(journal, run.folder),
    says: [
      `the record of ${run.name}${sailed}, opened in ${tookMs} ms; it is only read, and time stands still`,
      'not in it: managedFields, exec, GPU metrics, renewals of leases; ages in `kubectl describe` are told by your own clock',
    ],
    ended: () => new Promise(() => undefined),
    end: () => Promise.resolve(past.end()),
  };
}

/** Sails a run to its end for its record. */
async function recorded(run: OpenableRun): Promise<Pick<OpenableRun, 'journal' | 'span'>> {
  const shelf = memoryShelf();
  const journal = new RunJournal(shelf);
  const { cluster, drive } = await run.source()({ tell: () => undefined, journal });
  await using _ = cluster;
  const startMs = cluster.now();
  await drive();
  const read = Journal.open(shelf);
  return {
    ...(read !== undefined && { journal: read }),
    span: { startMs, endMs: cluster.now() },
  };
}

/** How a run goes on. */
export interface FollowOptions {
  readonly at: string;
  readonly speed: number;
  readonly isPaused: boolean;
  readonly tell: (line: string) => void;
}

/** Sails a run again to an instant, from where it goes on. */
export async function openFollowed(
  run: OpenableRun,
  { at, speed, isPaused, tell }: FollowOptions,
): Promise<OpenedRun> {
  const startMs = elapsedMs();
  const span = run.span ?? (await recorded(run)).span;
  if (span === undefined) throw refused(`${run.name} left no record`, 'open another run');
  const atMs = instantOf(at, span);
  const resailed = await ResailedCluster.to(atMs, { source: run.source(), speed, isPaused, tell });
  const tookMs = Math.round(elapsedMs() - startMs);
  const doubt = doubtOf(run, resailed.cluster, atMs);
  return {
    steering: resailed,
    serve: resailed.serve,
    ...(run.journal !== undefined && { metrics: new PastMetrics(run.journal, run.folder) }),
    simulated: () => resailed.cluster,
    says: [
      `${run.name} was sailed again from its seed to here in ${tookMs} ms; it goes on from here, and can be changed`,
      ...(doubt === undefined ? [] : [doubt]),
    ],
    ended: () => resailed.ended(),
    end: () => resailed.end(),
  };
}

/** Whether what was sailed again is what was recorded: the last recorded change must be in it. */
function doubtOf(run: OpenableRun, cluster: SimulatedCluster, atMs: number): string | undefined {
  const { journal } = run;
  if (journal === undefined) return undefined;
  const recorded = journal.at(atMs).entries();
  const last = recorded.findLast(({ resource }) => !resource.startsWith('leases'));
  if (last === undefined) return undefined;
  const [found] = cluster.simulation.server.history(last.revision - 1);
  const isSame =
    found?.revision === last.revision && found.object.metadata.uid === last.object.metadata.uid;
  if (isSame) return undefined;
  const why =
    run.version === version
      ? 'the scenario or one of its files was changed since'
      : `it was recorded by seatrial ${run.version}, this is ${version}`;
  return `warning: this is not the history that was recorded: ${why}`;
}

function refused(message: string, next: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage, code: 'no-record', next });
}
