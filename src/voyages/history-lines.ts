/** The history of a voyage as lines: who wrote what when, and what changed by it. */
import type { KubeObject } from '../../sim/api/object.js';
import { keyOf } from '../../sim/api/meta.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { written } from '../laws/story.js';
import { spanText } from './commands.js';

const changesMax = 4;
const valueCharactersMax = 60;

/** Of every write, but those that nobody reads: leases and events. */
export function historyLines(history: Iterable<HistoryEntry>, startMs: number): TimedLine[] {
  const before = new Map<string, KubeObject>();
  const lines: TimedLine[] = [];
  for (const entry of history) {
    const { resource, object, type, timeMs, revision } = entry;
    if (resource.startsWith('leases') || resource.startsWith('events')) continue;
    const key = `${resource} ${keyOf(object)}`;
    const old = before.get(key);
    if (type === 'DELETED') before.delete(key);
    else before.set(key, object);
    const atMs = timeMs - startMs;
    if (atMs < 0) continue;
    const what = type === 'MODIFIED' && old !== undefined ? changes(old, object) : '';
    const text = `+${spanText(atMs)}  #${revision}  ${written(entry, what).text}`;
    lines.push({ revision, atMs, text });
  }
  return lines;
}

/** A line, the revision that it tells, and its time since the boot. */
export interface TimedLine {
  readonly revision: number;
  readonly atMs: number;
  readonly text: string;
}

const dull = new Set(['resourceVersion', 'managedFields', 'generation', 'lastHeartbeatTime']);

/** `spec.nodeName: sea-worker, status.phase: Running`. */
function changes(old: unknown, now: unknown): string {
  const found = [...differences(old, now, '')];
  const more = found.length > changesMax ? `, and ${found.length - changesMax} more` : '';
  return found.slice(0, changesMax).join(', ') + more;
}

function* differences(old: unknown, now: unknown, path: string): Generator<string> {
  if (JSON.stringify(old) === JSON.stringify(now)) return;
  if (isMap(old) && isMap(now)) {
    for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
      if (dull.has(name)) continue;
      yield* differences(old[name], now[name], path === '' ? name : `${path}.${name}`);
    }
    return;
  }
  if (Array.isArray(old) && Array.isArray(now) && old.length === now.length) {
    for (const [index, item] of now.entries()) {
      yield* differences(old[index], item, `${path}[${index}]`);
    }
    return;
  }
  yield now === undefined ? `without ${path}` : `${path}: ${short(now)}`;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > valueCharactersMax ? `${text.slice(0, valueCharactersMax)}...` : text;
}
