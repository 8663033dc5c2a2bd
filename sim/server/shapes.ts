/** The types of resources, found once. */
import { shapeOfKind, type StructShape } from '../api/facts.js';
import { Attached } from '../engine/attached.js';
import type { ServedResource } from './registry.js';

const shapes = new Attached<ServedResource, StructShape | null>();

/** The type of a built-in resource in its version; undefined for custom resources. */
export function shapeOfResource(resource: ServedResource): StructShape | undefined {
  return shapes.of(resource, foundShape) ?? undefined;
}

function foundShape({ custom, kind }: ServedResource): StructShape | null {
  return (custom === undefined ? shapeOfKind(kind) : undefined) ?? null;
}
