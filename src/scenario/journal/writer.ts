/**
 * Writes the journal of a run while it goes on: every change of every object, what containers logged, and
 * what was used, so that any instant can be looked at later. It keeps what is there now, which the
 * cluster does too, and a buffer; never a whole day. Renewals of leases are left out: a lease stands as
 * at the last keyframe or as it came.
 */
import { gzipSync } from 'node:zlib';
import type { KubeObject } from '../../../sim/api/object.js';
import type { LoggedLine } from '../../../sim/nodes/container-runtime.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import { deltaOf, type Delta } from './delta.js';
import { keyOf, noUsage, type Chunk, type JournalLine, type UsageSample } from './lines.js';
import type { Shelf } from './shelf.js';

/** A buffer is compressed and written when it holds so many characters. */
const bufferMax = 1 << 18;
/**
 * No keyframe is written before so many characters of changes, or as many as the last one had. Whoever opens
 * an instant reads that much in a tenth of a second; at a quarter of it half of a day's journal was keyframes.
 */
const keyframeEveryMin = 1 << 22;
/** Fast rather than small: measured, the next level costs twice the time for 8 % less. */
const compression = { level: 1 } as const;

const leases = 'leases.coordination.k8s.io';

/** Writes one journal. */
export class JournalWriter {
  private readonly live = new Map<string, Map<string, KubeObject>>();
  private readonly lines: string[] = [];
  private readonly logLines: string[] = [];
  private readonly logged = new Set<string>();
  private buffered = 0;
  private logBuffered = 0;
  private sinceKeyframe = Infinity;
  private keyframeSize = 0;
  private isKey = false;
  private fromMs: number | undefined;
  private toMs = 0;
  private logFromMs = 0;
  private usage: UsageSample = noUsage;
  private readonly offsets = { changes: 0, logs: 0 };
  private revision = 0;

  constructor(private readonly shelf: Shelf) {}

  /** How many bytes were written. */
  get bytes(): number {
    return this.offsets.changes + this.offsets.logs;
  }

  /** How many pods are there: how often it is worthwhile to sample depends on it. */
  get pods(): number {
    return this.live.get('pods')?.size ?? 0;
  }

  /** Takes note of a change; changes come in the order of their revisions. */
  observe(entry: HistoryEntry): void {
    const { resource, timeMs, user, revision, type, object } = entry;
    const key = keyOf(entry);
    if (this.sinceKeyframe > Math.max(keyframeEveryMin, this.keyframeSize)) {
      this.keyframe(timeMs);
    }
    this.revision = revision;
    const objects = this.objects(resource);
    const before = objects.get(key);
    if (type === 'DELETED') objects.delete(key);
    else objects.set(key, object);
    if (resource === leases && before !== undefined && type !== 'DELETED') return;
    const delta: Delta | null = type === 'DELETED' ? null : (deltaOf(before, object) ?? { s: {} });
    this.line(['c', resource, key, timeMs, user, revision, delta], timeMs);
  }

  /** Takes note of a line of a container's log. */
  log({ containerID, timeMs, text }: LoggedLine): void {
    if (this.logLines.length === 0) this.logFromMs = timeMs;
    this.logged.add(containerID);
    const line = JSON.stringify([containerID, timeMs, text]);
    this.logLines.push(line);
    this.logBuffered += line.length;
    if (this.logBuffered > bufferMax) this.flushLogs(timeMs);
  }

  /** Takes note of what is used. */
  sample(usage: UsageSample, timeMs: number): void {
    const delta = deltaOf(this.usage, usage);
    if (delta === undefined) return;
    this.usage = usage;
    this.line(['u', timeMs, delta], timeMs);
  }

  /** Writes what waits, if that is worth a part of its own; `isLast`: in any case. */
  flush(nowMs: number, { isLast = false }: { readonly isLast?: boolean } = {}): void {
    if (this.buffered > (isLast ? 0 : bufferMax / 16)) this.flushChanges();
    if (this.logBuffered > (isLast ? 0 : bufferMax / 16)) this.flushLogs(nowMs);
  }

  private objects(resource: string): Map<string, KubeObject> {
    let objects = this.live.get(resource);
    if (objects === undefined) this.live.set(resource, (objects = new Map()));
    return objects;
  }

  private keyframe(timeMs: number): void {
    this.flushChanges();
    this.isKey = true;
    // What changed at this time already is in it, and what is still to change at this time follows.
    this.push(['K', timeMs, this.revision], timeMs);
    const sizeBefore = this.buffered;
    let size = 0;
    for (const [resource, objects] of this.live) {
      let before: KubeObject | undefined;
      for (const [key, object] of objects) {
        size += this.push(['o', resource, key, deltaOf(before, object) ?? { s: {} }], timeMs);
        before = object;
        if (this.buffered > bufferMax) this.flushChanges();
      }
    }
    size += this.push(['u', timeMs, [this.usage]], timeMs);
    this.keyframeSize = size + sizeBefore;
    this.sinceKeyframe = 0;
  }

  private line(line: JournalLine, timeMs: number): void {
    this.sinceKeyframe += this.push(line, timeMs);
    if (this.buffered > bufferMax) this.flushChanges();
  }

  private push(line: JournalLine, timeMs: number): number {
    const text = JSON.stringify(line);
    this.fromMs ??= timeMs;
    this.toMs = Math.max(this.toMs, timeMs);
    this.lines.push(text);
    this.buffered += text.length;
    return text.length;
  }

  private flushChanges(): void {
    if (this.lines.length === 0) return;
    this.write('changes', this.lines, {
      fromMs: this.fromMs ?? this.toMs,
      toMs: this.toMs,
      ...(this.isKey && { isKey: true as const }),
    });
    this.lines.length = 0;
    this.buffered = 0;
    this.isKey = false;
    this.fromMs = undefined;
  }

  private flushLogs(nowMs: number): void {
    if (this.logLines.length === 0) return;
    const containers = [...this.logged];
    this.write('logs', this.logLines, { fromMs: this.logFromMs, toMs: nowMs, containers });
    this.logLines.length = 0;
    this.logBuffered = 0;
    this.logged.clear();
  }

  /** The part first and then its line of the index: a torn part is never pointed at. */
  private write(
    of: Chunk['of'],
    lines: readonly string[],
    facts: Omit<Chunk, 'of' | 'offset' | 'length'>,
  ): void {
    const bytes = gzipSync(lines.join('\n'), compression);
    const chunk: Chunk = { of, offset: this.offsets[of], length: bytes.length, ...facts };
    this.shelf.append(of, bytes);
    this.offsets[of] += bytes.length;
    this.shelf.append('index', Buffer.from(`${JSON.stringify(chunk)}\n`));
  }
}
