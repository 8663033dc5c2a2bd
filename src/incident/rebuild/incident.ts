/** From all that was read to an incident: when it was, what there was, who did what, what came of it. */
import type { Finding, IncidentFacts } from '../contract.js';
import type { Decision, ToldEvent } from '../import/format.js';
import { begun } from './beginning.js';
import { alertStretches, type AlertStretch } from './alert-stretches.js';
import type { Collection } from './collection.js';
import { jobDurations, type JobDuration } from './durations.js';
import { timed } from './dump-instants.js';
import { DumpTimes } from './dump-time.js';
import { findingsOf } from './findings.js';
import { inventoryOf, type Inventory } from './inventory.js';
import { initialState, type InitialState } from './initial.js';
import { hiddenMark, type Contradiction, type KnownObject } from './known.js';
import type { PodLife } from './pod-life.js';
import { podLives } from './pod-lives.js';
import { refusalOf, type QuotaRefusal } from './quota-refusal.js';
import { quotaBook, type QuotaBook } from './quotas.js';
import { replicasOf, type Replicas } from './replicas.js';
import type { Series } from './series-book.js';
import { stretches, timeText } from './stretches.js';
import { surveyWrites, type Survey } from './survey.js';
import { timesOf, type Times } from './times.js';

/** An incident, as far as its sources tell it. */
export interface Incident {
  readonly times: Times;
  readonly survey: Survey;
  readonly known: readonly KnownObject[];
  readonly initial: InitialState;
  readonly inventory: Inventory;
  readonly replicas: ReadonlyMap<string, Replicas>;
  readonly quotas: QuotaBook;
  readonly lives: readonly PodLife[];
  readonly durations: readonly JobDuration[];
  readonly series: readonly Series[];
  readonly alerts: readonly AlertStretch[];
  readonly events: readonly ToldEvent[];
  readonly decisions: readonly Decision[];
  readonly findings: readonly Finding[];
  readonly contradictions: readonly Contradiction[];
  /** How many values a redactor hid in the objects that are used. */
  readonly hiddenValues: number;
}

/** Brings together what was read. */
export function rebuild(collection: Collection, year: number): Incident {
  const evidence = new DumpTimes(collection.known.all());
  const survey = surveyWrites(collection.writes.inOrder(), write => evidence.look(write));
  const dated = timesOf(collection, { year, evidence, survey });
  const { known, times } = begun({
    known: timed(collection.known.all(), dated.instants),
    sights: collection.sights,
    survey,
    times: dated,
    logFromMs: collection.extents.get('audit log')?.fromMs,
  });
  const events = collection.events.toSorted((a, b) => a.atMs - b.atMs);
  const told = events.flatMap(event => refusalOf(event) ?? []);
  const sources: Gathered = {
    times,
    survey,
    events,
    steps: collection.steps,
    series: collection.series.all(),
    known,
    decisions: oneOfEach(collection.decisions),
    // What events tell was told by the audit log as well, more exactly.
    refusals: survey.refusals.length > 0 ? [] : told,
    fromMs: times.window?.fromMs ?? times.startMs,
    dumpMs: times.dumpMs,
  };
  const replicas = replicasOf(sources);
  const lives = podLives({ ...sources, refusals: told });
  const quotas = quotaBook({ ...sources, lives });
  const initial = initialState({ ...sources, ...times, replicas: replicas.byWorkload, quotas });
  const alerts = alertStretches(sources.series, collection.alerts, endOf(sources.series));
  const endMs = times.window?.toMs ?? times.startMs;
  const { nodes, objects } = initial;
  const { readings } = collection.series;
  return {
    ...sources,
    initial,
    inventory: inventoryOf({ nodes, lives, series: sources.series, readings }),
    replicas: replicas.byWorkload,
    quotas,
    lives,
    durations: jobDurations(lives, collection.runs),
    alerts,
    findings: findingsOf({ ...sources, quotas, alerts, lives, endMs }),
    contradictions: contradictionsOf(collection, replicas.contradictions),
    hiddenValues: objects.filter(({ object }) => JSON.stringify(object).includes(hiddenMark))
      .length,
  };
}

/** What all parts are worked out from. */
interface Gathered extends Pick<
  Incident,
  'times' | 'survey' | 'known' | 'series' | 'events' | 'decisions'
> {
  readonly steps: Collection['steps'];
  readonly refusals: readonly QuotaRefusal[];
  readonly fromMs: number;
  readonly dumpMs: number | undefined;
}

/** The last sample of all. */
function endOf(series: readonly Series[]): number | undefined {
  const last = series.reduce((end, { samples }) => Math.max(end, samples.at(-1)?.[0] ?? 0), 0);
  return last === 0 ? undefined : last;
}

function contradictionsOf(
  { known, series }: Collection,
  replicas: readonly string[],
): Contradiction[] {
  return [
    ...known.contradictions().filter(({ what }) => !what.includes(hiddenMark)),
    ...replicas.map(what => ({ what, where: [] })),
    ...series.clashes.map(({ metric, atMs, values, source }) => ({
      what: `${metric} at ${timeText(atMs)} is ${values.join(' and ')}`,
      where: [source.file],
    })),
  ];
}

/** One log in two forms, or two logs of one scheduler: each decision once. */
function oneOfEach(decisions: readonly Decision[]): Decision[] {
  const byKey = new Map<string, Decision>();
  for (const decision of decisions) {
    const { atMs, namespace, pod, node = '' } = decision;
    const key = `${Math.round(atMs)} ${namespace}/${pod} ${node}`;
    if (!byKey.has(key)) byKey.set(key, decision);
  }
  return [...byKey.values()].toSorted((a, b) => a.atMs - b.atMs);
}

/** What the import knows, in numbers. */
export function factsOf(incident: Incident, collection: Collection): IncidentFacts {
  const { times, inventory, known, replicas, quotas, lives, decisions, events } = incident;
  const { counts } = collection;
  const last = times.instants.at(-1)?.dumps;
  const pods = known.filter(
    ({ newest }) => newest.object.kind === 'Pod' && last?.has(newest.dump ?? '') === true,
  );
  const bound = new Set(
    lives.filter(({ isBound }) => isBound).map(({ namespace, name }) => `${namespace}/${name}`),
  );
  if (bound.size === 0) {
    for (const { namespace, pod, node } of decisions)
      if (node !== undefined) bound.add(`${namespace}/${pod}`);
  }
  if (bound.size === 0) {
    for (const { reason, namespace = '', name } of events) {
      if (reason === 'Scheduled') bound.add(`${namespace}/${name}`);
    }
  }
  const window = times.window;
  const isDumped = times.dumpMs !== undefined;
  const told = (what: string): number | undefined => counts.get(what);
  return withoutUndefined({
    window: window && ([timeText(window.fromMs), timeText(window.toMs)] as const),
    dumpTakenAt: times.dumpMs === undefined ? undefined : timeText(times.dumpMs),
    start: timeText(times.startMs),
    nodes: inventory.nodes,
    gpus: inventory.gpus,
    podsAtDump: isDumped
      ? pods.map(({ newest }) => newest.object.metadata.name ?? '').sort()
      : undefined,
    replicas: Object.fromEntries(
      [...replicas].map(([name, { steps }]) => [name, stretches(steps)]),
    ),
    quotas: Object.fromEntries(
      [...quotas].map(([quota, resources]) => [
        quota,
        Object.fromEntries(
          [...resources].map(([resource, { hard, used }]) => [
            resource,
            { hard: stretches(hard), used: stretches(used) },
          ]),
        ),
      ]),
    ),
    auditEvents: told('audit events'),
    audit403: told('audit events') === undefined ? undefined : (told('audit events with 403') ?? 0),
    events: events.length === 0 ? undefined : events.length,
    eventsAtDump: isDumped ? events.filter(({ dump }) => dump !== undefined).length : undefined,
    bindings: bound.size === 0 ? undefined : bound.size,
    schedulerLogLines: told("lines of the scheduler's log"),
    findings: incident.findings,
  });
}

function withoutUndefined(facts: {
  readonly [Key in keyof IncidentFacts]: IncidentFacts[Key] | undefined;
}): IncidentFacts {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
  // What is left has the type of the contract: only what may be absent was undefined.
  return Object.fromEntries(entries) as unknown as IncidentFacts;
}
