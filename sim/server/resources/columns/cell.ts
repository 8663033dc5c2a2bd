/** How the cells of tables print times, containers and labels. @upstream pkg/printers/internalversion/printers.go */
import type { HasMetadata } from '../../../api/object.js';
import { timeMs } from '../../../api/time.js';
import type { Container } from '../../../api/kinds/core.js';
import { humanDuration } from '../../../api/duration.js';
import { compareText } from '../../../api/go-text.js';

/** How long ago a time was, roughly: `5m`, `3d2h`. */
export function sinceText(time: string | null | undefined, nowMs: number): string {
  if (!time) return '<unknown>';
  return humanDuration(nowMs - (timeMs(time) ?? nowMs));
}

/** The age of an object. */
export function ageOf(object: HasMetadata, nowMs: number): string {
  return sinceText(object.metadata.creationTimestamp, nowMs);
}

/** The names and the images of containers: two cells. */
export function containerCells(containers: readonly Container[] | null | undefined): string[] {
  const list = containers ?? [];
  return [list.map(each => each.name).join(','), list.map(each => each.image ?? '').join(',')];
}

/** Labels as `a=b,c=d`, sorted; `<none>` when there are none. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.sort(compareText).join(',');
}

/** The first items, and how many more there are. */
export function firstOf(items: readonly string[], itemsMax: number): string {
  const shown = items.slice(0, itemsMax).join(',');
  return items.length > itemsMax ? `${shown} + ${items.length - itemsMax} more...` : shown;
}

/** As a cell shows a reference to a kind of a group: `replicaset.apps`. */
export function groupKindText(apiVersion: string | undefined, kind: string): string {
  const slash = (apiVersion ?? '').indexOf('/');
  const group = slash < 0 ? '' : `.${(apiVersion ?? '').slice(0, slash)}`;
  return `${kind}${group}`.toLowerCase();
}
