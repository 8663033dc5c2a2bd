/** Tells a sink the objects of documents: what several formats share. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { PlacedDocument } from '../intake/documents.js';
import type { Sink, Source } from './format.js';
import { isEvent, toldEvent, type EventLike } from './told-event.js';

/** Where the objects come from. */
export interface Telling {
  readonly file: string;
  readonly dump: string;
  readonly sink: Sink;
}

/** Tells all objects; lists are opened, and what is no object is told as a problem. */
export function tellObjects(documents: readonly PlacedDocument[], telling: Telling): void {
  const { file, sink } = telling;
  for (const { value, line, items } of documents) {
    const list = asMap(value);
    if (items !== undefined) {
      const { kind = '', apiVersion } = list as { kind?: string; apiVersion?: string };
      const inherited =
        kind.endsWith('List') && kind !== 'List'
          ? { apiVersion, kind: kind.slice(0, -'List'.length) }
          : {};
      for (const item of items) tellOne({ ...inherited, ...asMap(item.value) }, item.line, telling);
      continue;
    }
    if (value === null) continue;
    if (Array.isArray(value)) {
      for (const each of value) tellOne(asMap(each), line, telling);
      continue;
    }
    const { kind } = list as { kind?: string };
    if (kind?.endsWith('List') === true && 'items' in list) {
      if (list['items'] !== null && !Array.isArray(list['items'])) {
        sink.problem({ file, line }, `${kind}: its items are no list; left out`);
      } else {
        const inherited = kind === 'List' ? {} : { ...list, kind: kind.slice(0, -'List'.length) };
        const { apiVersion, kind: each } = inherited as { apiVersion?: string; kind?: string };
        const type = each === undefined ? {} : { apiVersion, kind: each };
        for (const item of (list['items'] as readonly unknown[] | null) ?? []) {
          tellOne({ ...type, ...asMap(item) }, line, telling);
        }
      }
      continue;
    }
    tellOne(list, line, telling);
  }
}

function asMap(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return value as Record<string, unknown>;
}

function tellOne(value: Record<string, unknown>, line: number, telling: Telling): void {
  const { file, dump, sink } = telling;
  const source: Source = { file, line };
  const { kind, apiVersion, metadata } = value as Partial<KubeObject>;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') {
    return sink.problem(source, 'no Kubernetes object: it has no kind or no apiVersion; left out');
  }
  if (typeof metadata?.name !== 'string') {
    return sink.problem(source, `${kind} without a name; left out`);
  }
  if (isEvent(value)) {
    const event = toldEvent(value as EventLike, source);
    if (event === undefined) return sink.problem(source, 'an event without a time; left out');
    return sink.event({ ...event, dump });
  }
  // The wire: whatever has kind, apiVersion and a name is an object.
  sink.object({ object: value as unknown as KubeObject, source, dump });
}
