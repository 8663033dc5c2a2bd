/** Field specs: which fields of which kinds a transformer of kustomize changes. */
import { isRecord } from '../../../sim/api/equality.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { groupOf } from './resource.js';

/** A path into objects of a kind; lists on the way are gone through. */
export interface FieldSpec {
  readonly path: string;
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  /** Whether maps that are missing on the way are made. */
  readonly create?: boolean;
}

/** Whether an object is of the group, version and kind, as far as they are given. */
export function isOfGvk(
  object: KubeObject,
  { group = '', version = '', kind = '' }: Omit<FieldSpec, 'path'>,
): boolean {
  const { apiVersion = '' } = object;
  return (
    (kind === '' || kind === object.kind) &&
    (group === '' || group === groupOf(object)) &&
    (version === '' || version === apiVersion.slice(apiVersion.indexOf('/') + 1))
  );
}

/**
 * The object with what stands at the spec's path changed; itself when it is of another kind.
 *
 * @upstream sigs.k8s.io/kustomize/api/filters/fieldspec/fieldspec.go
 */
export function changedBySpec(
  object: KubeObject,
  spec: FieldSpec,
  change: (value: unknown) => unknown,
): KubeObject {
  if (!isOfGvk(object, spec)) return object;
  const parts = partsOf(spec.path, '/');
  // It was an object with metadata and still is one.
  return changedAt(object, parts, { isMade: spec.create === true, change }) as KubeObject;
}

interface How {
  readonly isMade: boolean;
  readonly change: (value: unknown) => unknown;
}

function changedAt(value: unknown, parts: readonly string[], how: How): unknown {
  const [part, ...rest] = parts;
  if (part === undefined) return how.change(value);
  if (Array.isArray(value)) return value.map((item: unknown) => changedAt(item, parts, how));
  if (!isRecord(value)) return value;
  const isList = part.endsWith('[]');
  const key = isList ? part.slice(0, -2) : part;
  const inner = value[key] ?? undefined;
  if (inner !== undefined) return { ...value, [key]: changedAt(inner, rest, how) };
  if (!how.isMade || isList) return value;
  return { ...value, [key]: changedAt(rest.length === 0 ? undefined : {}, rest, how) };
}

/** A path in parts; a backslash keeps a separator. */
export function partsOf(path: string, separator: '/' | '.'): string[] {
  const given = path.split(separator);
  const parts: string[] = [];
  for (const part of given.length > 1 && given[0] === '' ? given.slice(1) : given) {
    const last = parts.at(-1);
    if (last?.endsWith('\\') === true)
      parts[parts.length - 1] = last.slice(0, -1) + separator + part;
    else parts.push(part);
  }
  return parts;
}
