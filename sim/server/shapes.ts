/** The types of resources, found once. */
import { shapeOfKind, type StructShape } from '../api/facts.js';
import { Attached } from '../engine/attached.js';
import type { ServedResource } from './registry.js';

const shapes = new Attached<ServedResource, StructShape | null>();

/** The type of a built-in resource in its version; undefined for custom resources. */
export function shapeOfResource(resource: ServedResource): StructShape | undefined {
  let shape = shapes.get(resource);
  if (shape === undefined) {
    shape = (resource.custom === undefined ? shapeOfKind(resource.kind) : undefined) ?? null;
    shapes.set(resource, shape);
  }
  return shape ?? undefined;
}
