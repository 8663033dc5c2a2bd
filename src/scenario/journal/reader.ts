/** Reads a journal back: the cluster as it was at any instant, and what changed between two. */
import { gunzipSync } from 'node:zlib';
import type { KubeObject } from '../../../sim/api/object.js';
import type { LoggedLine } from '../../../sim/nodes/container-runtime.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import { exitCodes, UserError } from '../../input/errors.js';
import { patched } from './delta.js';
import {
  noUsage,
  type Chunk,
  type JournalLine,
  type LoggedLineRecord,
  type UsageSample,
} from './lines.js';
import type { Shelf } from './shelf.js';

/** How a line of an object of a keyframe begins. */
const keyframeObject = '["o",';

/** What changed: an object, or what is used. */
export type JournalNews =
  | { readonly kind: 'change'; readonly entry: HistoryEntry }
  | { readonly kind: 'usage'; readonly usage: UsageSample; readonly timeMs: number };

/** What is needed to take a line back. */
interface Undone {
  readonly timeMs: number;
  readonly next: { readonly chunk: number; readonly line: number };
  readonly revision: number;
  readonly usage: UsageSample;
  readonly changed?: {
    readonly resource: string;
    readonly key: string;
    readonly before: KubeObject | undefined;
  };
}

/** At most so many lines can be taken back; further back, the journal is read again. */
const undoneMax = 200_000;

/** The cluster at an instant; it goes on when it is told what comes next. */
export class Instant {
  /** By resource, then by key. */
  readonly objects = new Map<string, Map<string, KubeObject>>();
  usage: UsageSample = noUsage;
  /** Where the next line is: of the chunks of changes, and in that chunk. */
  next = { chunk: 0, line: 0 };
  revision = 0;
  /** The keyframe at which it began was read to its end, with the sample of what is used. */
  isWhole = false;
  /** The lines since it was opened, or the last of them: the way back. */
  readonly undone: Undone[] = [];
  /** Before this the way back is not known. */
  backToMs = Infinity;
  /** The object of the line before, in a keyframe. */
  keyed: { resource: string; before: KubeObject | undefined } = { resource: '', before: undefined };

  constructor(public timeMs: number) {}

  /** All objects in the order of their revisions, as a server takes them over. */
  entries(): HistoryEntry[] {
    const entries: HistoryEntry[] = [];
    for (const [resource, objects] of this.objects) {
      for (const object of objects.values()) {
        const revision = Number(object.metadata.resourceVersion);
        const { timeMs } = this;
        entries.push({ revision, timeMs, type: 'ADDED', resource, user: '', object });
      }
    }
    return entries.sort((a, b) => a.revision - b.revision);
  }
}

/** A journal. */
export class Journal {
  private readonly changes: readonly Chunk[];
  private readonly logs: readonly Chunk[];
  private readonly decoded: { chunk?: Chunk; lines: readonly string[] } = { lines: [] };

  private constructor(
    private readonly shelf: Shelf,
    chunks: readonly Chunk[],
  ) {
    this.changes = chunks.filter(({ of }) => of === 'changes');
    this.logs = chunks.filter(({ of }) => of === 'logs');
  }

  /** Opens one; undefined when there is none. The last line of a killed run's index may be torn. */
  static open(shelf: Shelf): Journal | undefined {
    const text = shelf.text('index');
    if (text === undefined) return undefined;
    const lines = text.split('\n').slice(0, text.endsWith('\n') ? undefined : -1);
    // Only we write it.
    const chunks = lines.filter(line => line !== '').map(line => JSON.parse(line) as Chunk);
    const journal = new Journal(shelf, chunks);
    return journal.changes.length === 0 ? undefined : journal;
  }

  /** The first instant that is known. */
  get startMs(): number {
    return this.changes[0]?.fromMs ?? 0;
  }

  /** The last change. */
  get endMs(): number {
    return this.changes.at(-1)?.toMs ?? 0;
  }

  /** The cluster as it was when all that happened by then had happened. */
  at(timeMs: number): Instant {
    const key = this.changes.findLastIndex(({ isKey, fromMs }) => isKey && fromMs <= timeMs);
    const instant = new Instant(timeMs);
    instant.next = { chunk: Math.max(key, 0), line: 0 };
    for (const _news of this.forward(instant, timeMs));
    return instant;
  }

  /** Takes an instant to a later one, and tells each change on the way after it was made. */
  *forward(instant: Instant, untilMs: number): Generator<JournalNews> {
    for (;;) {
      const { chunk, line } = instant.next;
      const found = this.changes[chunk];
      if (found === undefined || found.fromMs > untilMs) break;
      const lines = this.linesOf(found);
      const text = lines[line];
      if (text === undefined) {
        instant.next = { chunk: chunk + 1, line: 0 };
        continue;
      }
      if (instant.isWhole && text.startsWith(keyframeObject)) {
        // What a keyframe says on the way is known.
        instant.next = { chunk, line: line + 1 };
        continue;
      }
      const read = JSON.parse(text) as JournalLine;
      if (timeOf(read) > untilMs) break;
      if (instant.isWhole) remember(instant, read);
      instant.next = { chunk, line: line + 1 };
      const news = this.take(read, instant);
      if (news !== undefined) yield news;
    }
    instant.timeMs = Math.max(instant.timeMs, untilMs);
  }

  /** Takes an instant to an earlier one, line by line; false when the way back is not known so far. */
  back(instant: Instant, timeMs: number): boolean {
    if (timeMs < instant.backToMs) return false;
    for (;;) {
      const last = instant.undone.at(-1);
      if (last === undefined || last.timeMs <= timeMs) break;
      instant.undone.pop();
      const { next, revision, usage, changed } = last;
      Object.assign(instant, { next, revision, usage });
      if (changed === undefined) continue;
      const objects = objectsOf(instant, changed.resource);
      if (changed.before === undefined) objects.delete(changed.key);
      else objects.set(changed.key, changed.before);
    }
    instant.timeMs = timeMs;
    return true;
  }

  /** What a container had written by then, oldest first. */
  logOf(containerID: string, untilMs: number): LoggedLine[] {
    const lines: LoggedLine[] = [];
    for (const chunk of this.logs) {
      if (chunk.fromMs > untilMs) break;
      if (chunk.containers?.includes(containerID) !== true) continue;
      for (const text of this.unpacked(chunk)) {
        const [id, timeMs, line] = JSON.parse(text) as LoggedLineRecord;
        if (id === containerID && timeMs <= untilMs) {
          lines.push({ containerID: id, timeMs, text: line });
        }
      }
    }
    return lines;
  }

  private take(line: JournalLine, instant: Instant): JournalNews | undefined {
    switch (line[0]) {
      case 'K':
        if (!instant.isWhole) instant.revision = line[2];
        return undefined;
      case 'o': {
        const [, resource, key, delta] = line;
        if (instant.keyed.resource !== resource) instant.keyed = { resource, before: undefined };
        const object = patched(instant.keyed.before, delta) as KubeObject;
        instant.keyed.before = object;
        objectsOf(instant, resource).set(key, object);
        return undefined;
      }
      case 'u': {
        const [, timeMs, delta] = line;
        instant.isWhole = true;
        instant.usage = patched(instant.usage, delta) as UsageSample;
        return { kind: 'usage', usage: instant.usage, timeMs };
      }
      case 'c':
        return this.change(line, instant);
    }
  }

  private change(line: JournalLine & readonly ['c', ...unknown[]], instant: Instant): JournalNews {
    const [, resource, key, timeMs, user, revision, delta] = line;
    const objects = objectsOf(instant, resource);
    const before = objects.get(key);
    instant.revision = revision;
    if (delta === null) {
      objects.delete(key);
      const gone = before ?? { metadata: { name: key } };
      const object = withRevision(gone as KubeObject, revision);
      return {
        kind: 'change',
        entry: { revision, timeMs, type: 'DELETED', resource, user, object },
      };
    }
    const object = patched(before, delta) as KubeObject;
    objects.set(key, object);
    const type = before === undefined ? 'ADDED' : 'MODIFIED';
    return { kind: 'change', entry: { revision, timeMs, type, resource, user, object } };
  }

  private linesOf(chunk: Chunk): readonly string[] {
    if (this.decoded.chunk !== chunk) {
      this.decoded.lines = this.unpacked(chunk);
      this.decoded.chunk = chunk;
    }
    return this.decoded.lines;
  }

  private unpacked({ of, offset, length, fromMs }: Chunk): readonly string[] {
    const bytes = this.shelf.read(of, offset, length);
    try {
      return gunzipSync(bytes).toString('utf8').split('\n');
    } catch (error) {
      throw new UserError(
        `the journal is damaged at ${new Date(fromMs).toISOString()}: ${(error as Error).message}`,
        {
          exitCode: exitCodes.usage,
          code: 'damaged-journal',
          next: 'look at an instant before it, or run the scenario again',
        },
      );
    }
  }
}

function remember(instant: Instant, line: JournalLine): void {
  const { next, revision, usage, undone } = instant;
  const timeMs = timeOf(line);
  // What happened at the same time as the keyframe cannot be told from it by the clock.
  if (instant.backToMs === Infinity) instant.backToMs = timeMs;
  const changed =
    line[0] === 'c'
      ? { resource: line[1], key: line[2], before: objectsOf(instant, line[1]).get(line[2]) }
      : undefined;
  undone.push({ timeMs, next, revision, usage, ...(changed !== undefined && { changed }) });
  if (undone.length <= undoneMax) return;
  undone.splice(0, undoneMax / 2);
  instant.backToMs = undone[0]?.timeMs ?? Infinity;
}

function objectsOf(instant: Instant, resource: string): Map<string, KubeObject> {
  let objects = instant.objects.get(resource);
  if (objects === undefined) instant.objects.set(resource, (objects = new Map()));
  return objects;
}

function withRevision(object: KubeObject, revision: number): KubeObject {
  return {
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(revision) },
  };
}

function timeOf(line: JournalLine): number {
  if (line[0] === 'c') return line[3];
  if (line[0] === 'o') return -Infinity;
  return line[1];
}
