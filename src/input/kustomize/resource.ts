/** An object on its way through kustomizations. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { Manifest } from '../manifests.js';
import type { Var } from './kustomization.js';

/** An object, and what it was called before. */
export interface Resource {
  readonly manifest: Manifest;
  readonly object: KubeObject;
  /** The names by which others may refer to it, the first one first. */
  readonly formerNames: readonly string[];
  /** What it was called, and where, before each change of names: by that others follow it. */
  readonly stages: readonly Stage[];
  /** The vars whose values it has. */
  readonly vars: readonly Var[];
  /** A generator made it: its name gets the hash of its content. */
  readonly needsHash: boolean;
}

/** Name and namespace before a change. */
export interface Stage {
  readonly name: string;
  readonly namespace: string | undefined;
}

/** The resource of a manifest as it is read. */
export function resourceOf(manifest: Manifest, needsHash = false): Resource {
  const { object } = manifest;
  const formerNames = [object.metadata.name ?? ''];
  return { manifest, object, formerNames, stages: [], vars: [], needsHash };
}

/** The resource with another object in it. */
export function withObject(resource: Resource, object: KubeObject): Resource {
  const { name } = object.metadata;
  const { formerNames } = resource;
  const isNew = name !== undefined && !formerNames.includes(name);
  return { ...resource, object, formerNames: isNew ? [...formerNames, name] : formerNames };
}

/** The resource as it is about to get another name or namespace. */
export function staged(resource: Resource): Resource {
  const { name = '', namespace } = resource.object.metadata;
  return { ...resource, stages: [...resource.stages, { name, namespace }] };
}

/** The API group of an object. */
export function groupOf({ apiVersion = '' }: KubeObject): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The object with a value at a path; what is missing on the way is made. */
export function withValueAt(
  object: KubeObject,
  path: readonly string[],
  change: (value: unknown) => unknown,
): KubeObject {
  const set = (value: unknown, depth: number): unknown => {
    const key = path[depth];
    if (key === undefined) return change(value);
    const map = typeof value === 'object' && value !== null ? value : {};
    const inner = (map as Readonly<Record<string, unknown>>)[key];
    return { ...map, [key]: set(inner, depth + 1) };
  };
  // It was an object with metadata and still is one.
  return set(object, 0) as KubeObject;
}
