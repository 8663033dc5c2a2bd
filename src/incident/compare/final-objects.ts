/** Compares what dumps show with what a simulated run held at the same time, object by object. */
import { timeMs } from '../../../sim/api/time.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { Journal } from '../../scenario/journal/reader.js';
import type { RecordedObject } from '../contract.js';
import { pluralOf } from '../plural.js';
import { whyLeftOut } from '../rebuild/left-out.js';
import type { Found } from './closeness.js';
import { differences, uncomparedText, type FieldDifference } from './fields.js';

/** One object of the dumps, and what became of it. */
export interface ComparedObject {
  /** `Deployment shop/web`. */
  readonly title: string;
  readonly kind: string;
  /** Undefined: the simulation has none of this name. */
  readonly differences: readonly FieldDifference[] | undefined;
  /** The types of its conditions, in their order. */
  readonly conditions?: { readonly was: readonly string[]; readonly is: readonly string[] };
}

/** Of kinds that replays leave to themselves: what they hold is told elsewhere, or is every cluster's. */
const apart = new Set([
  'Event',
  'Lease',
  'Node',
  'CSINode',
  'ComponentStatus',
  'APIService',
  'StorageClass',
]);

/** All that was compared. */
export interface FinalObjects {
  readonly objects: readonly ComparedObject[];
  /** What only the simulation has, of the kinds and namespaces that the dumps show. */
  readonly strangers: readonly string[];
}

/** All objects of the dumps that a replay can be held to, and those that only the simulation has. */
export function finalObjects(recorded: readonly RecordedObject[], journal: Journal): FinalObjects {
  const instants = new Map<number, ReturnType<typeof held>>();
  const known = new Set<string>();
  const kinds = new Map<string, Set<string>>();
  const objects = recorded.flatMap(({ at, object }): ComparedObject[] => {
    const { kind = '', metadata } = object;
    const resource = resourceOf(object);
    const key = keyOf(object);
    known.add(`${resource} ${key}`);
    const namespaces = kinds.get(resource) ?? new Set();
    kinds.set(resource, namespaces.add(metadata.namespace ?? ''));
    if (apart.has(kind) || isOfEveryCluster(object)) return [];
    const atMs = timeMs(at) ?? journal.endMs;
    const there = instants.get(atMs) ?? held(journal, atMs);
    instants.set(atMs, there);
    const is = there.get(resource)?.get(key);
    const title = `${kind} ${key}`;
    if (is === undefined) return [{ title, kind, differences: undefined }];
    const conditions = { was: conditionTypes(object), is: conditionTypes(is) };
    return [{ title, kind, differences: differences(object, is), conditions }];
  });
  const [last] = [...instants].toSorted(([a], [b]) => b - a);
  const strangers = [...(last?.[1] ?? [])].flatMap(([resource, own]) =>
    [...own.values()].flatMap(object => {
      const shown = kinds.get(resource)?.has(object.metadata.namespace ?? '') === true;
      const isOther = shown && !known.has(`${resource} ${keyOf(object)}`);
      if (!isOther || apart.has(object.kind ?? '') || isOfEveryCluster(object)) return [];
      return [`${object.kind ?? ''} ${keyOf(object)}`];
    }),
  );
  return { objects, strangers };
}

function held(
  journal: Journal,
  atMs: number,
): ReadonlyMap<string, ReadonlyMap<string, KubeObject>> {
  return journal.at(atMs).objects;
}

function conditionTypes({ status }: KubeObject & { readonly status?: unknown }): string[] {
  const { conditions } = (status ?? {}) as {
    readonly conditions?: readonly { readonly type: string }[] | null;
  };
  return (conditions ?? []).map(({ type }) => type);
}

function isOfEveryCluster(object: KubeObject): boolean {
  const { namespace, name } = object.metadata;
  if (namespace === 'default' && name === 'kubernetes') return true;
  return /^(every |the cluster's own|the simulation has its own|servers behind|a token)/.test(
    whyLeftOut(object) ?? '',
  );
}

function keyOf({ metadata }: KubeObject): string {
  const { namespace = '', name = '' } = metadata;
  return namespace === '' ? name : `${namespace}/${name}`;
}

function resourceOf({ apiVersion = '', kind = '' }: KubeObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return group === '' ? pluralOf(kind) : `${pluralOf(kind)}.${group}`;
}

/** How many objects are equal; where they are not, the first field of the first that is not. */
export function objectsFound({ objects, strangers }: FinalObjects): Found | undefined {
  if (objects.length === 0) return undefined;
  const others = objects.filter(({ differences: found }) => found?.length !== 0);
  const equal = objects.length - others.length;
  const [worst] = others;
  const [stranger] = strangers;
  return {
    score: equal / (objects.length + strangers.length),
    says: `${equal} of ${objects.length} objects of the dumps are equal, but for ${uncomparedText}; ${strangers.length} are only simulated`,
    ...(worst !== undefined
      ? { parted: { what: toldOf(worst) } }
      : stranger !== undefined && { parted: { what: `${stranger} is only simulated` } }),
  };
}

/** Whether the conditions of all objects come in the order in which the dumps show them. */
export function conditionsFound({ objects }: FinalObjects): Found | undefined {
  const shown = objects.filter(({ conditions }) => (conditions?.was.length ?? 0) > 1);
  if (shown.length === 0) return undefined;
  const other = shown.filter(({ conditions }) => !isSameOrder(conditions));
  const [first] = other;
  const { was = [], is = [] } = first?.conditions ?? {};
  return {
    score: 1 - other.length / shown.length,
    says: `${shown.length - other.length} of ${shown.length} lists of conditions have their order`,
    ...(first !== undefined && {
      parted: { what: `${first.title}: ${was.join(', ')} is ${is.join(', ')}` },
    }),
  };
}

function isSameOrder(conditions: ComparedObject['conditions']): boolean {
  return conditions === undefined || conditions.was.join(' ') === conditions.is.join(' ');
}

function toldOf({ title, differences: found }: ComparedObject): string {
  const [first] = found ?? [];
  if (first === undefined) return `${title} is only recorded`;
  return `${title}: ${first.path} was ${shortly(first.was)}, is ${shortly(first.is)}`;
}

function shortly(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
