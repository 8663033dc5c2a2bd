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

/** As much as is kept of one container's log, in lines. */
const linesMax = 10_000;

/** Lines in the order in which they were written; the oldest are dropped when there are too many. */
export class ContainerLog {
  private lines: LogLine[] = [];
  private readonly followers = new Set<(text: string | undefined) => void>();
  private isClosed = false;

  write(timeMs: number, text: string, { isPartial = false } = {}): void {
    if (this.isClosed) return;
    this.lines.push(isPartial ? { timeMs, text, isPartial } : { timeMs, text });
    if (this.lines.length > linesMax) this.lines = this.lines.slice(linesMax / 2);
    for (const follow of this.followers) follow(isPartial ? text : `${text}\n`);
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
