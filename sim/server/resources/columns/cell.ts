/** How the cells of tables print times, containers and labels. @upstream pkg/printers/internalversion/printers.go */
import type { HasMetadata } from '../../../api/object.js';
import type { Container } from '../../../api/kinds/core.js';
import { compareText } from '../../../api/go-text.js';

/** How long ago a time was, roughly: `5m`, `3d2h`. */
export function sinceText(time: string | null | undefined, nowMs: number): string {
  if (!time) return '<unknown>';
  return durationText(nowMs - Date.parse(time));
}

/** The age of an object. */
export function ageOf(object: HasMetadata, nowMs: number): string {
  return sinceText(object.metadata.creationTimestamp, nowMs);
}

/** A duration for people. @upstream staging/src/k8s.io/apimachinery/pkg/util/duration/duration.go */
export function durationText(durationMs: number): string {
  const seconds = Math.trunc(durationMs / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (hours < 192) return withRest(Math.floor(hours / 24), 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24)}d`;
  const years = Math.floor(hours / 24 / 365);
  if (hours < 24 * 365 * 8) return withRest(years, 'y', Math.floor(hours / 24) % 365, 'd');
  return `${years}y`;
}

function withRest(major: number, majorUnit: string, minor: number, minorUnit: string): string {
  return minor === 0 ? `${major}${majorUnit}` : `${major}${majorUnit}${minor}${minorUnit}`;
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
