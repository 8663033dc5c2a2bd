/** Reads what was recorded of an incident: the folder that an import wrote. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, UserError } from '../../input/errors.js';
import {
  incidentFiles,
  type IncidentFacts,
  type RecordedDecision,
  type RecordedEvent,
  type RecordedObject,
  type RecordedWrite,
  type Stretch,
} from '../contract.js';
import { workloadOf, type Observed, type PodLife, type Steps } from './observed.js';

/** A record, and what else of it helps to tell why a simulation parts from it. */
export interface Recorded {
  readonly observed: Observed;
  /** Writes of people and outside controllers that could not be sent again, by time. */
  readonly unsent: readonly RecordedWrite[];
  /** Who told events, of those that are not simulated. */
  readonly strangers: readonly string[];
  readonly namespaces: ReadonlySet<string>;
  /** When the last event was told that is recorded. */
  readonly eventsToMs?: number;
}

/** Whether the folder is one that an import wrote. */
export function isIncident(folder: string): boolean {
  return existsSync(join(folder, incidentFiles.facts));
}

/** What the dumps show that a run is held to: those after its start, where there are any. */
export function readObjects(folder: string): readonly RecordedObject[] {
  const all = linesOf<RecordedObject>(folder, incidentFiles.objects);
  const { start } = factsIn(folder);
  const later = all.filter(({ at }) => Date.parse(at) > Date.parse(start));
  return later.length > 0 ? later : all;
}

function factsIn(folder: string): IncidentFacts {
  // Only the import writes these files, and whole.
  return JSON.parse(textOf(folder, incidentFiles.facts)) as IncidentFacts;
}

/** @throws UserError when a file of the folder cannot be read. */
export function readRecorded(folder: string): Recorded {
  const facts = factsIn(folder);
  const writes = linesOf<RecordedWrite>(folder, incidentFiles.writes);
  const sent = linesOf<RecordedWrite>(folder, incidentFiles.replay);
  const decisions = linesOf<RecordedDecision>(folder, incidentFiles.decisions);
  const events = linesOf<RecordedEvent>(folder, incidentFiles.events);
  const [from = facts.start, to = facts.start] = facts.window ?? [];
  const namespaces = new Set(writes.flatMap(({ namespace }) => namespace ?? []));
  const own = events.filter(
    ({ namespace, at }) =>
      namespace !== undefined && namespaces.has(namespace) && Date.parse(at) >= Date.parse(from),
  );
  const creations = writes.filter(
    ({ verb, resource, subresource }) =>
      verb === 'create' && resource === 'pods' && subresource === undefined,
  );
  const made = creations.filter(({ status }) => status < 300);
  const isNamed = made.length === 0 || made.some(({ name }) => name !== undefined);
  const pods = isNamed
    ? made.map(write => lifeOf(write, decisions))
    : decisions.flatMap(decision => boundOnly(decision, Date.parse(from)));
  return {
    observed: {
      fromMs: Date.parse(from),
      toMs: Date.parse(to),
      replicas: new Map(
        Object.entries(facts.replicas ?? {})
          .filter(([, stretches]) => stretches.length > 1)
          .map(([name, stretches]) => [name, stepsOf(stretches)]),
      ),
      quotas: new Map(
        Object.entries(facts.quotas ?? {}).flatMap(([name, resources]) =>
          Object.entries(resources).map(
            ([resource, { used }]) => [`${name} ${resource}`, stepsOf(used)] as const,
          ),
        ),
      ),
      pods,
      refusals: creations
        .filter(({ status }) => status === 403)
        .map(({ at, name, message = '' }) => ({
          atMs: Date.parse(at),
          workload: workloadOf(name ?? /"([^"]+)"/.exec(message)?.[1] ?? ''),
        })),
      reasons: countsOf(own),
    },
    unsent: unsentOf(writes, sent),
    strangers: [
      ...new Set(
        events.flatMap(({ component = '' }) => (isStranger(component) ? [component] : [])),
      ),
    ],
    namespaces,
    ...(own.length > 0 && {
      // Their times are told in whole seconds.
      eventsToMs: Math.max(...own.map(({ at, until = at }) => Date.parse(until))) + 999,
    }),
  };
}

function lifeOf(write: RecordedWrite, decisions: readonly RecordedDecision[]): PodLife {
  const { name = '', at, namespace } = write;
  // A name may come again: of a StatefulSet's pod.
  const bound = decisions.find(
    one =>
      one.pod === name &&
      one.namespace === namespace &&
      one.node !== undefined &&
      Date.parse(one.at) >= Math.floor(Date.parse(at) / 1000) * 1000,
  );
  return {
    workload: workloadOf(name),
    name,
    createdMs: Date.parse(at),
    ...(bound !== undefined && { boundMs: Date.parse(bound.at) }),
    ...(bound?.node !== undefined && { node: bound.node }),
  };
}

/** Where a log has no answers, and so no drawn names, bindings tell of pods. */
function boundOnly({ at, pod, node }: RecordedDecision, fromMs: number): PodLife[] {
  const atMs = Date.parse(at);
  if (node === undefined || atMs < fromMs) return [];
  return [{ workload: workloadOf(pod), name: pod, createdMs: atMs, boundMs: atMs, node }];
}

function unsentOf(
  writes: readonly RecordedWrite[],
  sent: readonly RecordedWrite[],
): readonly RecordedWrite[] {
  const sources = new Set(sent.map(({ source }) => source));
  return writes.filter(
    ({ actor, source, status, resource }) =>
      actor !== 'ours' && status < 300 && resource !== 'events' && !sources.has(source),
  );
}

function isStranger(component: string): boolean {
  return /cluster-autoscaler|karpenter/.test(component);
}

function countsOf(events: readonly RecordedEvent[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { reason, count } of events) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return counts;
}

function stepsOf(stretches: readonly Stretch<number>[]): Steps {
  return stretches.map(([at, value]) => [Date.parse(at), value] as const);
}

function linesOf<Line>(folder: string, file: string): readonly Line[] {
  if (!existsSync(join(folder, file))) return [];
  return textOf(folder, file)
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Line);
}

function textOf(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch (error) {
    throw new UserError(`cannot read ${join(folder, file)}: ${(error as Error).message}`, {
      exitCode: exitCodes.usage,
      code: 'no-record',
      next: 'import the incident again: seatrial import FILES -o DIR --force',
    });
  }
}
