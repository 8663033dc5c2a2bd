/** The state in which a scenario starts: what the sources show, taken back to its start. */
import { timeMs } from '../../../sim/api/time.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { Sighting, TraceStep } from '../import/format.js';
import { pluralOf } from '../plural.js';
import { deploymentsOfPods } from './deployments-of-pods.js';
import type { DumpInstant } from './dump-instants.js';
import { missingObjects } from './guesses.js';
import { dumpedSights, placeOf, titleOf, type KnownObject } from './known.js';
import { rankOf, whyLeftOut } from './left-out.js';
import { valueAt } from './stretches.js';
import type { QuotaBook } from './quotas.js';
import type { Replicas } from './replicas.js';
import type { Survey } from './survey.js';
import type { Beginning } from './times.js';
import { tidied } from './tidy.js';

/** An object of the initial state. */
export interface InitialObject {
  readonly object: KubeObject;
  /** Where it was read, or why it was guessed. */
  readonly comment: string;
}

/** The initial state, and what is to be told of it. */
export interface InitialState {
  readonly nodes: readonly InitialObject[];
  readonly objects: readonly InitialObject[];
  /** What was guessed, in a sentence each. */
  readonly guessed: readonly string[];
  /** What was left out, by the reason: how many. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** Objects that came after the start and that nobody's recorded write made. */
  readonly late: readonly Sighting[];
}

/** What the state is made from. */
export interface InitialSources {
  readonly known: readonly KnownObject[];
  readonly steps: readonly TraceStep[];
  readonly survey: Survey;
  readonly replicas: ReadonlyMap<string, Replicas>;
  readonly quotas: QuotaBook;
  readonly startMs: number;
  /** The dumps that show the start; absent: it lies before all dumps. */
  readonly start?: DumpInstant;
  /** Set: a log shows it. */
  readonly beginning?: Beginning;
}

/** Makes the state. */
export function initialState(sources: InitialSources): InitialState {
  const { known, startMs, survey } = sources;
  const guessed: string[] = [];
  const leftOut = new Map<string, number>();
  const late: Sighting[] = [];
  const nodes: InitialObject[] = [];
  const chosen: InitialObject[] = [];
  const scope = scopeOf(sources);
  for (const each of [...known, ...tracedAtStart(sources)]) {
    const newest = sightOfStart(each, sources.start);
    const { object } = newest;
    const createdMs = timeMs(object.metadata.creationTimestamp);
    const isOurs = (object.metadata.ownerReferences ?? []).some(({ controller }) => controller);
    const isShown = sources.start?.dumps.has(newest.dump ?? '') === true;
    if (newest.dump === undefined && !wasThere(each, survey)) continue;
    const why = whyLeftOut(object);
    if (why !== undefined) {
      leftOut.set(why, (leftOut.get(why) ?? 0) + 1);
      continue;
    }
    const isAbsent = !isShown && scope.shows(object);
    if (isAbsent && newest.dump === undefined && createdMs === undefined) continue;
    if (isAbsent || (!isShown && isLater(object, createdMs, sources))) {
      if (!isOurs) late.push(newest);
      else
        leftOut.set(
          'came after the start: controllers make it again',
          1 + (leftOut.get('came after the start: controllers make it again') ?? 0),
        );
      continue;
    }
    const { object: tidy, changed } = tidied(takenBack(newest, sources));
    guessed.push(...changed.map(what => `${titleOf(object)}: ${what}`));
    const from =
      newest.dump === undefined ? `${placeOf(newest)} (as it was written)` : placeOf(newest);
    const comment = [from, ...changed].join('; ');
    if (object.kind === 'Node') nodes.push({ object: tidy, comment });
    else chosen.push({ object: tidy, comment });
  }
  const own = deploymentsOfPods(
    // What goes with an owner that nothing shows needs none.
    known.filter(({ newest }) => sources.beginning?.orphans.has(keyInLog(newest.object)) !== true),
    chosen.map(({ object }) => object),
    survey.made,
  );
  for (const { object, why } of own) {
    const replicas = valueAt(sources.replicas.get(titleOf(object))?.steps ?? [], startMs);
    const sized = withReplicas(object, replicas ?? 1);
    chosen.push({ object: sized, comment: `guessed: ${why}` });
    guessed.push(`${titleOf(object)} with ${replicas ?? 1} replicas: ${why}`);
  }
  // What comes later refers to things as well.
  const later = known.flatMap(({ newest }) => (newest.dump === undefined ? [newest.object] : []));
  const all = [...chosen, ...late, ...later.map(object => ({ object }))];
  for (const { object, why } of missingObjects(all.map(({ object: each }) => each))) {
    chosen.push({ object, comment: `guessed: ${why}` });
    guessed.push(`${titleOf(object)}, with nothing in it: ${why}`);
  }
  return { nodes, objects: chosen.toSorted(inOrder), guessed, leftOut, late };
}

/** Whether it came after the start; within the second in which that lies the log tells. */
function isLater(
  object: KubeObject,
  createdMs: number | undefined,
  { startMs, survey }: InitialSources,
): boolean {
  if (object.kind === 'Node' || createdMs === undefined) return false;
  if (createdMs > startMs) return true;
  if (createdMs < Math.floor(startMs / 1000) * 1000) return false;
  const key = keyInLog(object);
  return survey.made.has(key) || survey.madeByOurs.has(key);
}

/** `pods. shop/web-1`: as the survey of a log names objects. */
export function keyInLog({ apiVersion = '', kind = '', metadata }: KubeObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${pluralOf(kind)}.${group} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

/** An object that is known from writes alone was there before if nobody's write made it. */
function wasThere({ newest }: KnownObject, survey: Survey): boolean {
  if (newest.object.kind === 'Pod') return false;
  const key = keyInLog(newest.object);
  return !survey.made.has(key) && !survey.madeByOurs.has(key);
}

/** The object as the dumps of the start show it; else as the first one after does. */
function sightOfStart(each: KnownObject, start: DumpInstant | undefined): Sighting {
  const sights = dumpedSights(each);
  const after = sights.find(({ atMs }) => start === undefined || (atMs ?? 0) >= start.atMs);
  return start === undefined ? each.newest : (after ?? each.newest);
}

/** What dumps of the start would show if it had been there. */
function scopeOf({ known, start }: InitialSources): { shows(object: KubeObject): boolean } {
  const kinds = new Set<string>();
  const namespaces = new Set<string>();
  for (const { sightings } of known) {
    for (const { dump, object } of sightings) {
      if (start?.dumps.has(dump ?? '') !== true) continue;
      const { namespace = '', name = '' } = object.metadata;
      kinds.add(`${object.kind ?? ''} ${namespace === '' ? 'cluster' : 'namespaced'}`);
      namespaces.add(object.kind === 'Namespace' ? name : namespace);
    }
  }
  return {
    shows: ({ kind = '', metadata: { namespace = '' } }) =>
      kinds.has(`${kind} ${namespace === '' ? 'cluster' : 'namespaced'}`) &&
      (namespace === '' || namespaces.has(namespace)),
  };
}

/** What a trace shows at its beginning, where no dump shows it. */
function tracedAtStart({ steps, known, startMs }: InitialSources): KnownObject[] {
  const there = new Set(known.map(({ newest }) => titleOf(newest.object)));
  const found = new Map<string, KnownObject>();
  for (const { atMs, applied, source } of steps) {
    if (atMs > startMs) break;
    for (const object of applied) {
      if (there.has(titleOf(object))) continue;
      const newest: Sighting = { object, source, dump: 'trace', atMs };
      found.set(titleOf(object), { newest, sightings: [newest] });
    }
  }
  return [...found.values()];
}

/** What was written between the start and the dump, undone as far as the values before are known. */
function takenBack(
  { object, dump }: Sighting,
  { startMs, replicas, quotas, start, known }: InitialSources,
): KubeObject {
  // Without dumps or at their moment there is nothing to undo.
  if (known.length === 0 || start?.dumps.has(dump ?? '') === true) return object;
  const title = titleOf(object);
  const then = valueAt(replicas.get(title)?.steps ?? [], startMs);
  if (then !== undefined) return withReplicas(object, then);
  if (object.kind === 'ReplicaSet') {
    const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
    const of = replicas.get(`Deployment ${object.metadata.namespace ?? ''}/${owner?.name ?? ''}`);
    const wanted = valueAt(of?.steps ?? [], startMs);
    const { replicas: shown = 0 } = (object['spec'] ?? {}) as { readonly replicas?: number };
    if (wanted !== undefined && shown > 0) return withReplicas(object, wanted);
  }
  if (object.kind === 'ResourceQuota') {
    const { namespace = '', name = '' } = object.metadata;
    const spec = object['spec'] as { readonly hard?: Readonly<Record<string, string>> };
    const hard = Object.entries(spec.hard ?? {}).map(([resource, shown]) => {
      const was = valueAt(quotas.get(`${namespace}/${name}`)?.get(resource)?.hard ?? [], startMs);
      return [resource, was === undefined || Number(shown) === was ? shown : String(was)];
    });
    return { ...object, spec: { ...spec, hard: Object.fromEntries(hard) as unknown } };
  }
  return object;
}

function withReplicas(object: KubeObject, replicas: number): KubeObject {
  return { ...object, spec: { ...(object['spec'] as object), replicas } };
}

function inOrder(a: InitialObject, b: InitialObject): number {
  const rank = rankOf(a.object.kind ?? '') - rankOf(b.object.kind ?? '');
  if (rank !== 0) return rank;
  const [left, right] = [titleOf(a.object), titleOf(b.object)];
  return left < right ? -1 : left > right ? 1 : 0;
}
