/** Patches of a kustomization: strategic merge and JSON 6902, each for its target. */
import { join } from 'node:path';
import { isRecord } from '../../../sim/api/equality.js';
import { shapeOfKind } from '../../../sim/api/facts.js';
import { kindOf, type KubeObject } from '../../../sim/api/object.js';
import { applyJsonPatch, type JsonPatchOperation } from '../../../sim/api/patch/json-patch.js';
import { applyMergePatch } from '../../../sim/api/patch/merge-patch.js';
import { applyStrategicMergePatch } from '../../../sim/api/patch/strategic-merge-patch.js';
import { parseSelector, type Selector } from '../../../sim/api/selectors.js';
import { InputError } from '../errors.js';
import { parseLocated, readInput, type FieldPath } from '../located.js';
import type { Patch, PatchTarget, ReadKustomization } from './kustomization.js';
import { groupOf, staged, withObject, type Resource } from './resource.js';
import { effective, idsOf, isClusterScoped, isNamedBy } from './scope.js';

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
  for (const { value } of parseLocated(text, file, { keepsLastLine: true })) {
    const change = Array.isArray(value)
      ? byOperations(value as readonly JsonPatchOperation[], where)
      : isRecord(value)
        ? byMerge(value, patch, where)
        : undefined;
    if (change === undefined) throw refusal(where, 'is neither an object nor a list of operations');
    const isTarget = targetTest(patch.target, value, where);
    const chosen = current.filter(isTarget);
    // With a target that finds nobody kustomize is content; without one it is not.
    if (chosen.length === 0 && patch.target === undefined) {
      throw refusal(where, `finds no object to patch${wordsOf(value)}`);
    }
    current = current.flatMap(resource => {
      if (!chosen.includes(resource)) return [resource];
      const changed = change(resource);
      return changed === undefined ? [] : [changed];
    });
  }
  return current;
}

function refusal({ read, at }: PatchPlace, what: string): InputError {
  const line = read.document.lineOf(at);
  return new InputError(
    { file: read.file, line, field: `${String(at[0])}[${String(at[1])}]` },
    what,
    `mend the patch; see also: kubectl kustomize ${read.root}`,
  );
}

/** `: there is no Deployment controller-manager`, for whoever looks for it in the resources. */
function wordsOf(patch: unknown): string {
  if (!isRecord(patch) || typeof patch['kind'] !== 'string') return '';
  const { name, namespace } = isRecord(patch['metadata']) ? patch['metadata'] : {};
  if (typeof name !== 'string') return '';
  const where = typeof namespace === 'string' ? ` in namespace ${namespace}` : '';
  return `: there is no ${patch['kind']} ${name}${where} among the resources`;
}

type Change = (resource: Resource) => Resource | undefined;

function byOperations(operations: readonly JsonPatchOperation[], where: PatchPlace): Change {
  return resource => {
    let current: unknown = annotatedAlready(resource);
    for (const operation of operations) {
      const { op, path = '' } = operation;
      // The API server would make what is not there; kustomize does not.
      if (op === 'replace' && !isThere(current, path)) {
        const what = `replace operation does not apply: doc is missing key: ${path}: missing value`;
        throw refusal(where, what);
      }
      const result = applyJsonPatch(current, [operation]);
      if (!result.isOk) throw refusal(where, result.error);
      current = result.value;
    }
    // What it refuses is no object any more.
    return withObject(staged(resource), withoutNoAnnotations(current as KubeObject));
  };
}

function isThere(document: unknown, path: string): boolean {
  let value = document;
  for (const part of path.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined;
  }
  return value !== undefined;
}

/** kustomize notes the former name in annotations before it patches, so that there are some. */
function annotatedAlready({ object }: Resource): KubeObject {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: metadata.annotations ?? {} } };
}

function withoutNoAnnotations(object: KubeObject): KubeObject {
  const { annotations, ...metadata } = object.metadata;
  return Object.keys(annotations ?? {}).length === 0 ? { ...object, metadata } : object;
}

function byMerge(
  patch: Readonly<Record<string, unknown>>,
  { options = {} }: Patch,
  where: PatchPlace,
): Change {
  return resource => {
    const { object } = resource;
    if (patch['$patch'] === 'delete') return undefined;
    const { apiVersion = '', kind = '', metadata } = object;
    const { group, version } = kindOf(apiVersion, kind, '');
    const shape = shapeOfKind({ group, version, kind });
    const given = isRecord(patch['metadata']) ? patch['metadata'] : {};
    const { allowNameChange = false, allowKindChange = false } = options;
    // The patch names its target: that renames it only where it may.
    const own = {
      ...patch,
      ...(!allowKindChange && { kind }),
      metadata: {
        ...given,
        ...(!allowNameChange && { name: metadata.name }),
        namespace: metadata.namespace ?? null,
      },
    };
    const before = allowNameChange || allowKindChange ? staged(resource) : resource;
    if (shape === undefined) return withObject(before, applyMergePatch(object, own) as KubeObject);
    const result = applyStrategicMergePatch(object, own, shape);
    if (!result.isOk) throw refusal(where, result.error);
    return withObject(before, patchedFirst(result.value, own) as KubeObject);
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
  if (!isRecord(patch) || typeof patch['kind'] !== 'string' || !isRecord(patch['metadata']))
    throw refusal(where, 'names no target');
  // It has the fields by which objects are compared.
  const named = patch as unknown as KubeObject;
  return resource => isNamedBy(resource, named);
}

/** Whether a resource is one that the target chooses. */
export function byTarget(target: PatchTarget, where: PatchPlace): (resource: Resource) => boolean {
  const fits = (pattern: string | undefined, values: readonly string[]): boolean =>
    pattern === undefined ||
    pattern === '' ||
    values.some(value => new RegExp(`^(?:${pattern})$`).test(value));
  const selectorOf = (field: 'labelSelector' | 'annotationSelector'): Selector => {
    const selector = parseSelector(target[field] ?? '');
    if (!selector.isOk) throw refusal(where, `target.${field}: ${selector.error}`);
    return selector.value;
  };
  const labels = selectorOf('labelSelector');
  const annotations = selectorOf('annotationSelector');
  return resource => {
    const { object } = resource;
    const { apiVersion = '', kind = '', metadata } = object;
    const ids = idsOf(resource);
    // What it was at first, and what it is: nothing between.
    const both = [ids[0], ids.at(-1) ?? ids[0]];
    const namespaces = isClusterScoped(object) ? [] : both.map(id => effective(id.namespace));
    return (
      fits(target.group, [groupOf(object)]) &&
      fits(target.version, [apiVersion.slice(apiVersion.indexOf('/') + 1)]) &&
      fits(target.kind, [kind]) &&
      fits(
        target.name,
        both.map(({ name }) => name),
      ) &&
      fits(target.namespace, namespaces) &&
      labels.matches(metadata.labels ?? {}) &&
      annotations.matches(metadata.annotations ?? {})
    );
  };
}
