/** What kube-state-metrics makes of an object: families of metrics, and the rows that several share. */
import type { HasMetadata } from '../../api/object.js';
import { milliValueOf, valueOf } from '../../api/quantity.js';
import { timeMs } from '../../api/time.js';

/** One series of an object: labels beside those that name the object, and the value. */
export interface Row {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric of one kind of objects. */
export interface Family<T> {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  rows(object: T): readonly Row[];
}

/** A kind of objects, and what is told of each. */
export interface StateResource<T extends HasMetadata = HasMetadata> {
  /** As `--resources` has it: `pods`. */
  readonly name: string;
  /** `/api/v1`. */
  readonly api: string;
  readonly isNamespaced: boolean;
  /** `kube_pod`: of its families of labels and annotations; absent where there are none. */
  readonly prefix?: string;
  /** The labels that name an object. */
  identity(object: T): Readonly<Record<string, string>>;
  readonly families: readonly Family<T>[];
}

const none: readonly Row[] = [];

/** A metric with one series for each object, or none. */
export function gauge<T>(
  name: string,
  help: string,
  value: (object: T) => number | undefined,
): Family<T> {
  return series(name, help, object => {
    const told = value(object);
    return told === undefined ? none : [{ value: told }];
  });
}

/** A metric with any number of series for each object. */
export function series<T>(
  name: string,
  help: string,
  rows: (object: T) => readonly Row[],
  type: Family<T>['type'] = 'gauge',
): Family<T> {
  return { name, help, type, rows };
}

/** A metric that is always one: its labels tell. */
export function information<T>(
  name: string,
  help: string,
  labels: (object: T) => readonly Readonly<Record<string, string>>[],
): Family<T> {
  return series(name, help, object => labels(object).map(each => ({ labels: each, value: 1 })));
}

/** When an object was made. */
export const created = <T extends HasMetadata>(prefix: string): Family<T> =>
  gauge(`${prefix}_created`, 'Unix creation timestamp', ({ metadata }) =>
    seconds(metadata.creationTimestamp),
  );

/** When an object began to go. */
export const deletion = <T extends HasMetadata>(prefix: string): Family<T> =>
  gauge(`${prefix}_deletion_timestamp`, 'Unix deletion timestamp', ({ metadata }) =>
    seconds(metadata.deletionTimestamp),
  );

/** Which specification it is. */
export const generation = <T extends HasMetadata>(prefix: string, help: string): Family<T> =>
  gauge(`${prefix}_metadata_generation`, help, ({ metadata }) => metadata.generation ?? 0);

/** Which version of the object it is. */
export const resourceVersion = <T extends HasMetadata>(prefix: string, what: string): Family<T> =>
  gauge(
    `${prefix}_metadata_resource_version`,
    `Resource version representing a specific version of the ${what}.`,
    ({ metadata }) => Number(metadata.resourceVersion ?? 'NaN'),
  );

/** Its owners; one row of empty labels where there is none. */
export const owners = <T extends HasMetadata>(prefix: string, what: string): Family<T> =>
  information(`${prefix}_owner`, `Information about the ${what}'s owner.`, ({ metadata }) => {
    const { ownerReferences: all = [] } = metadata;
    if (all.length === 0) return [ownerLabels('', '', '')];
    return all.map(({ kind, name, controller = false }) =>
      ownerLabels(kind, name, String(controller)),
    );
  });

const ownerLabels = (kind: string, name: string, isController: string) => ({
  owner_kind: kind,
  owner_name: name,
  owner_is_controller: isController,
});

/** Unix seconds of an API time, whole. */
export function seconds(text: string | null | undefined): number | undefined {
  const ms = timeMs(text);
  return ms === undefined ? undefined : Math.floor(ms / 1000);
}

const statuses = ['True', 'False', 'Unknown'];

/** A row for each status that a condition may have: the one that it has is one. */
export function conditionRows(
  status: string,
  label: string,
  labels: Readonly<Record<string, string>> = {},
): Row[] {
  return statuses.map(each => ({
    labels: Object.assign({}, labels, { [label]: each.toLowerCase() }),
    value: status === each ? 1 : 0,
  }));
}

/** A row for each word: the one that holds is one. */
export function choiceRows(chosen: string, label: string, words: readonly string[]): Row[] {
  return words.map(word => ({ labels: { [label]: word }, value: chosen === word ? 1 : 0 }));
}

/** A quantity as a number: to the thousandth, unless it is too large for that. */
export function amount(text: string): number {
  const whole = valueOf(text);
  return whole > maxMilliValue ? whole : milliValueOf(text) / 1000;
}

/** @upstream apimachinery pkg/api/resource/quantity.go MaxMilliValue */
const maxMilliValue = (2 ** 63 - 1) / 1000;

const bytes: ReadonlySet<string> = new Set(['storage', 'ephemeral-storage', 'memory']);

/** A row for each resource that has a unit; others are left out. `isNode`: pods are counted. */
export function resourceRows(
  amounts: Readonly<Record<string, string>> | undefined,
  labels: Readonly<Record<string, string>>,
  { isNode }: { readonly isNode: boolean },
): Row[] {
  return Object.entries(amounts ?? {}).flatMap(([resource, text]) => {
    const unit = unitOf(resource, isNode);
    if (unit === undefined) return [];
    const value = isNode || resource === 'cpu' ? amount(text) : valueOf(text);
    return [{ labels: Object.assign({}, labels, { resource: labelName(resource), unit }), value }];
  });
}

function unitOf(resource: string, isNode: boolean): string | undefined {
  if (resource === 'cpu') return 'core';
  if (bytes.has(resource)) return 'byte';
  if (resource === 'pods') return isNode ? 'integer' : undefined;
  if (/^(hugepages-|attachable-volumes-)/.test(resource)) return 'byte';
  const isNative = !resource.includes('/') || resource.includes('kubernetes.io/');
  return isNative || resource.startsWith('requests.') ? undefined : 'integer';
}

/** A name as labels have it: what they do not take is an underscore. */
export const labelName = (text: string): string => text.replaceAll(/[^a-zA-Z0-9_]/g, '_');
