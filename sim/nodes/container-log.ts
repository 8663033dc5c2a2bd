/** The log of one container: what it wrote, line by line, with times. */

interface LogLine {
  readonly timeMs: number;
  readonly text: string;
  /** Its end was never written. */
  readonly isPartial?: true;
}

/** Which part of a log is wanted. */
export interface LogSlice {
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly sinceMs?: number;
}

/** As much as is kept of one container's log, in lines ... */
const linesMax = 10_000;
/** ... and in characters: a kubelet begins another file after 10 MiB, and only the newest is read. */
const charactersMax = 10 * 2 ** 20;

/** Lines in the order in which they were written; the oldest are dropped when there is too much. */
export class ContainerLog {
  private lines: LogLine[] = [];
  private characters = 0;
  private readonly followers = new Set<(text: string | undefined) => void>();
  private isClosed = false;

  write(timeMs: number, text: string, { isPartial = false } = {}): void {
    if (this.isClosed) return;
    this.lines.push(isPartial ? { timeMs, text, isPartial } : { timeMs, text });
    this.characters += text.length;
    if (this.lines.length > linesMax || this.characters > charactersMax) this.dropOldest();
    for (const follow of this.followers) follow(isPartial ? text : `${text}\n`);
  }

  /** Until half as much is left as may be kept. */
  private dropOldest(): void {
    const { lines } = this;
    let first = 0;
    const isTooMuch = (): boolean =>
      lines.length - first > linesMax / 2 || this.characters > charactersMax / 2;
    while (first < lines.length - 1 && isTooMuch()) {
      this.characters -= lines[first++]?.text.length ?? 0;
    }
    this.lines = lines.slice(first);
  }

  /** The container has ended. */
  close(): void {
    this.isClosed = true;
    for (const follow of this.followers) follow(undefined);
    this.followers.clear();
  }

  /** Tells what comes; undefined at the end. Returns how to stop. */
  follow(tell: (text: string | undefined) => void): () => void {
    if (this.isClosed) {
      tell(undefined);
      return () => undefined;
    }
    this.followers.add(tell);
    return () => this.followers.delete(tell);
  }

  /** The wanted part as text. */
  read(slice: LogSlice): string {
    const { sinceMs, tailLines, limitBytes } = slice;
    let lines: readonly LogLine[] = this.lines;
    if (tailLines !== undefined) lines = tailLines === 0 ? [] : lines.slice(-tailLines);
    if (sinceMs !== undefined) lines = lines.filter(line => line.timeMs >= sinceMs);
    const text = lines.map(line => this.format(line, slice.timestamps === true)).join('');
    return limitBytes === undefined ? text : text.slice(0, limitBytes);
  }

  /** The last lines, within both bounds: for a termination message. */
  tail(bounds: { readonly linesMax: number; readonly bytesMax: number }): string {
    const text = this.read({ tailLines: bounds.linesMax });
    return text.length > bounds.bytesMax ? text.slice(-bounds.bytesMax) : text;
  }

  private format({ timeMs, text, isPartial }: LogLine, withTime: boolean): string {
    const line = isPartial === true ? text : `${text}\n`;
    if (!withTime) return line;
    return `${new Date(timeMs).toISOString().replace('Z', '000000Z')} ${line}`;
  }
}
