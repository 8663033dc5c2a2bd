/** Patches of a kustomization: strategic merge and JSON 6902, each for its target. */
import { join } from 'node:path';
import { isRecord } from '../../../sim/api/equality.js';
import { shapeOfKind } from '../../../sim/api/facts.js';
import { kindOf, type KubeObject } from '../../../sim/api/object.js';
import { applyJsonPatch, type JsonPatchOperation } from '../../../sim/api/patch/json-patch.js';
import { applyMergePatch } from '../../../sim/api/patch/merge-patch.js';
import { applyStrategicMergePatch } from '../../../sim/api/patch/strategic-merge-patch.js';
import { parseSelector } from '../../../sim/api/selectors.js';
import { InputError } from '../../input/errors.js';
import { parseLocated, readInput, type FieldPath } from '../../input/located.js';
import type { Patch, PatchTarget, ReadKustomization } from './kustomization.js';
import { groupOf, withObject, type Resource } from './resource.js';

/** The resources with all patches of the kustomization. */
export function patched(resources: readonly Resource[], read: ReadKustomization): Resource[] {
  const { patchesStrategicMerge = [], patches = [] } = read.value;
  const merges = patchesStrategicMerge.map((text, index) => ({
    patch: text.includes('\n') ? { patch: text } : { path: text },
    at: ['patchesStrategicMerge', index],
  }));
  const others = patches.map((patch, index) => ({ patch, at: ['patches', index] }));
  let current = [...resources];
  for (const { patch, at } of [...merges, ...others])
    current = onePatch(current, patch, { read, at });
  return current;
}

/** The resources with the patches of `patchesJson6902`: they come after names and labels. */
export function patchedByOperations(
  resources: readonly Resource[],
  read: ReadKustomization,
): Resource[] {
  let current = [...resources];
  for (const [index, patch] of (read.value.patchesJson6902 ?? []).entries())
    current = onePatch(current, patch, { read, at: ['patchesJson6902', index] });
  return current;
}

/** The place of a patch, or of a replacement, in its kustomization. */
export interface PatchPlace {
  readonly read: ReadKustomization;
  readonly at: FieldPath;
}

/** The resources with one patch, wherever it stands. */
export function onePatch(
  resources: readonly Resource[],
  patch: Patch,
  where: PatchPlace,
): Resource[] {
  const { read } = where;
  const file = patch.path === undefined ? read.file : join(read.folder, patch.path);
  const text = patch.path === undefined ? (patch.patch ?? '') : readInput(file);
  let current = [...resources];
  for (const { value } of parseLocated(text, file)) {
    const change = Array.isArray(value)
      ? byOperations(value as readonly JsonPatchOperation[], where)
      : isRecord(value)
        ? byMerge(value, where)
        : undefined;
    if (change === undefined) throw refusal(where, 'is neither an object nor a list of operations');
    const isTarget = targetTest(patch.target, value, where);
    const chosen = current.filter(isTarget);
    // With a target that finds nobody kustomize is content; without one it is not.
    if (chosen.length === 0 && patch.target === undefined) {
      throw refusal(where, 'finds no object to patch');
    }
    current = current.flatMap(resource => {
      if (!chosen.includes(resource)) return [resource];
      const object = change(resource.object);
      return object === undefined ? [] : [withObject(resource, object)];
    });
  }
  return current;
}

function refusal({ read, at }: PatchPlace, what: string): InputError {
  const line = read.document.lineOf(at);
  return new InputError(
    { file: read.file, line, field: `${String(at[0])}[${String(at[1])}]` },
    what,
    `mend the patch; see also: kubectl kustomize ${read.folder}`,
  );
}

type Change = (object: KubeObject) => KubeObject | undefined;

function byOperations(operations: readonly JsonPatchOperation[], where: PatchPlace): Change {
  return object => {
    const result = applyJsonPatch(object, operations);
    if (!result.isOk) throw refusal(where, result.error);
    return result.value as KubeObject;
  };
}

function byMerge(patch: Readonly<Record<string, unknown>>, where: PatchPlace): Change {
  return object => {
    if (patch['$patch'] === 'delete') return undefined;
    const { apiVersion = '', kind = '', metadata } = object;
    const { group, version } = kindOf(apiVersion, kind, '');
    const shape = shapeOfKind({ group, version, kind });
    const given = isRecord(patch['metadata']) ? patch['metadata'] : {};
    // The patch names its target: that does not rename it.
    const own = {
      ...patch,
      metadata: {
        ...given,
        name: metadata.name,
        ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      },
    };
    if (shape === undefined) return applyMergePatch(object, own) as KubeObject;
    const result = applyStrategicMergePatch(object, own, shape);
    if (!result.isOk) throw refusal(where, result.error);
    return patchedFirst(result.value, own) as KubeObject;
  };
}

/** What tells the entries of merged lists apart. */
const mergeKeys = ['name', 'mountPath', 'containerPort', 'port', 'devicePath', 'ip'];

/** Where kubectl appends, kustomize puts the entries that the patch has before all others. */
function patchedFirst(value: unknown, patch: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(patch)) return orderedAs(value, patch);
  if (!isRecord(value) || !isRecord(patch)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, patchedFirst(inner, patch[name])]),
  );
}

function orderedAs(list: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  const entries = patch.filter(isRecord);
  const key = mergeKeys.find(name => entries.every(entry => entry[name] !== undefined));
  if (entries.length < patch.length || key === undefined) return list;
  const first = entries.flatMap(entry => {
    const own = list.find(one => isRecord(one) && one[key] === entry[key]);
    return own === undefined ? [] : [{ own, merged: patchedFirst(own, entry) }];
  });
  const rest = list.filter(one => !first.some(({ own }) => own === one));
  return [...first.map(({ merged }) => merged), ...rest];
}

function targetTest(
  target: PatchTarget | undefined,
  patch: unknown,
  where: PatchPlace,
): (resource: Resource) => boolean {
  if (target !== undefined) return byTarget(target, where);
  const { apiVersion = '', kind, metadata } = patch as KubeObject;
  if (kind === undefined || typeof metadata !== 'object') throw refusal(where, 'names no target');
  return ({ object, formerNames }) =>
    object.kind === kind &&
    groupOf(object) === groupOf({ apiVersion, metadata: {} }) &&
    formerNames.includes(metadata.name ?? '') &&
    (metadata.namespace === undefined || metadata.namespace === object.metadata.namespace);
}

/** Whether a resource is one that the target chooses. */
export function byTarget(target: PatchTarget, where: PatchPlace): (resource: Resource) => boolean {
  const fits = (pattern: string | undefined, values: readonly string[]): boolean =>
    pattern === undefined ||
    pattern === '' ||
    values.some(value => new RegExp(`^(?:${pattern})$`).test(value));
  const selector = parseSelector(target.labelSelector ?? '');
  if (!selector.isOk) throw refusal(where, `target.labelSelector: ${selector.error}`);
  return ({ object, formerNames }) => {
    const { apiVersion = '', kind = '', metadata } = object;
    return (
      fits(target.group, [groupOf(object)]) &&
      fits(target.version, [apiVersion.slice(apiVersion.indexOf('/') + 1)]) &&
      fits(target.kind, [kind]) &&
      fits(target.name, formerNames) &&
      fits(target.namespace, [metadata.namespace ?? 'default']) &&
      selector.value.matches(metadata.labels ?? {})
    );
  };
}
