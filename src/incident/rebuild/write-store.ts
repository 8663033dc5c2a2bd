/**
 * Keeps recorded writes on disk and only their times in memory, so that a log of any size can be put
 * in order: 1 GB of it takes some 16 bytes a write.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TimedWrite } from '../import/format.js';

const bufferBytes = 1024 * 1024;
const pageBytes = 64 * 1024;
const pagesMax = 256;

/** The writes of an import. `close` takes the file away. */
export class WriteStore {
  private readonly folder = mkdtempSync(join(tmpdir(), 'seatrial-import-'));
  private readonly file = openSync(join(this.folder, 'writes.jsonl'), 'wx+', 0o600);
  private times = new Float64Array(1024);
  private offsets = new Float64Array(1024);
  private count = 0;
  private size = 0;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private order: Uint32Array | undefined;

  get length(): number {
    return this.count;
  }

  add(write: TimedWrite): void {
    if (this.count === this.times.length) {
      this.times = grown(this.times);
      this.offsets = grown(this.offsets);
    }
    const bytes = Buffer.from(JSON.stringify(write));
    this.times[this.count] = write.atMs;
    this.offsets[this.count] = this.size;
    this.count += 1;
    this.size += bytes.length;
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    this.order = undefined;
    if (this.waitingBytes > bufferBytes) this.flush();
  }

  /** All writes by time; those of one instant as they came. */
  *inOrder(): Generator<TimedWrite> {
    this.flush();
    this.order ??= Uint32Array.from({ length: this.count }, (_, index) => index).sort(
      (a, b) => (this.times[a] ?? 0) - (this.times[b] ?? 0) || a - b,
    );
    // The order on disk is nearly the order in time, or that of several logs: pages serve most reads.
    const pages = new Map<number, Buffer>();
    for (const index of this.order) {
      const from = this.offsets[index] ?? 0;
      const to = index + 1 < this.count ? (this.offsets[index + 1] ?? 0) : this.size;
      yield JSON.parse(this.text(from, to, pages)) as TimedWrite;
    }
  }

  private text(from: number, to: number, pages: Map<number, Buffer>): string {
    const page = Math.floor(from / pageBytes);
    const pageAt = page * pageBytes;
    if (to > pageAt + pageBytes) return this.read(from, to - from).toString('utf8');
    let bytes = pages.get(page);
    if (bytes === undefined) {
      bytes = this.read(pageAt, Math.min(pageBytes, this.size - pageAt));
      // The oldest goes: maps keep the order of their making.
      if (pages.size >= pagesMax) pages.delete(pages.keys().next().value ?? 0);
      pages.set(page, bytes);
    }
    return bytes.toString('utf8', from - pageAt, to - pageAt);
  }

  close(): void {
    closeSync(this.file);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private flush(): void {
    if (this.waiting.length === 0) return;
    writeSync(
      this.file,
      Buffer.concat(this.waiting),
      0,
      this.waitingBytes,
      this.size - this.waitingBytes,
    );
    this.waiting = [];
    this.waitingBytes = 0;
  }

  private read(from: number, length: number): Buffer<ArrayBuffer> {
    const buffer = Buffer.alloc(length);
    readSync(this.file, buffer, 0, length, from);
    return buffer;
  }
}

function grown(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
