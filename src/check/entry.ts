/** An object of the input as rules read it: decoded as its type, with its place in its file. */
import { decodeObject } from '../../sim/api/decode.js';
import { isRecord } from '../../sim/api/equality.js';
import { shapeOfKind } from '../../sim/api/facts.js';
import type { HasMetadata, Kind, KubeObject } from '../../sim/api/object.js';
import { kindOf } from '../../sim/api/object.js';
import type { Manifest } from '../input/manifests.js';

/** An object of the input. */
export interface Entry<T extends HasMetadata = KubeObject> {
  readonly manifest: Manifest;
  /** Built-in kinds without what their type does not know; others as they stand. */
  readonly object: T;
  readonly apiVersion: string;
  /** The API group; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  /** Where it would be created: `default` when it does not say. */
  readonly namespace: string;
  readonly name: string;
  /** `Deployment fraud/scorer`, `ClusterRole reader`. */
  readonly title: string;
  /** Whether its type is built in; false too when it cannot be decoded as that. */
  readonly isBuiltIn: boolean;
  /** A field has a type that it must not have: no rule looks at it, the API server tells. */
  readonly isBroken: boolean;
}

/** An entry of whatever type: what places and titles are about. */
export type AnyEntry = Entry<HasMetadata>;

/** The entry of a manifest. */
export function entryOf(manifest: Manifest): Entry {
  const { object } = manifest;
  const { apiVersion = '', kind = '' } = object;
  const { group, version } = kindOf(apiVersion, kind, '');
  const shape = shapeOfKind({ group, version, kind });
  const decoded = shape && decodeObject(object, shape);
  const isBroken = decoded?.isOk === false || !hasMetadata(object);
  // Options of requests are types too, and no objects: they have no metadata.
  const isBuiltIn = decoded?.isOk === true && isRecord(decoded.object['metadata']);
  const namespace = textOf(object.metadata.namespace);
  const name = textOf(object.metadata.name) ?? textOf(object.metadata.generateName) ?? '';
  return {
    manifest,
    // The decoder gives what the shape says.
    object: isBuiltIn ? (decoded.object as unknown as KubeObject) : withoutNulls(object),
    apiVersion,
    group,
    kind,
    namespace: namespace ?? 'default',
    name,
    title: `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`.trim(),
    isBuiltIn,
    isBroken,
  };
}

/** Whether the entry is of the built-in kind, in a version that is known: then it has its type. */
export function isOfKind<T extends HasMetadata>(entry: Entry, kind: Kind<T>): boolean {
  return (
    entry.kind === kind.kind && entry.group === kind.group && entry.isBuiltIn && !entry.isBroken
  );
}

function hasMetadata({ metadata }: KubeObject): boolean {
  const { labels, annotations } = metadata;
  return [metadata, labels ?? {}, annotations ?? {}].every(
    value => typeof value === 'object' && !Array.isArray(value),
  );
}

/** `annotations:` with nothing after it is as none, also where no shape of the kind is known. */
function withoutNulls(object: KubeObject): KubeObject {
  const given = Object.entries(object.metadata ?? {}).filter(([, value]) => value !== null);
  // It had metadata and still has them.
  return { ...object, metadata: Object.fromEntries(given) as KubeObject['metadata'] };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
