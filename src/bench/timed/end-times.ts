/** When running jobs end: a heap by time, then by the order of starting. */
import type { JobState } from './job-state.js';

interface End {
  readonly seconds: number;
  readonly sequence: number;
  readonly state: JobState;
  /** The start that it belongs to: later ones make it void. */
  readonly start: number;
}

/** Ends that are to come. */
export class EndTimes {
  private readonly heap: End[] = [];
  private sequence = 0;

  /** The next end that still counts. */
  get next(): number | undefined {
    while (this.heap[0] !== undefined && isVoid(this.heap[0])) this.pop();
    return this.heap[0]?.seconds;
  }

  /** The job ends then, unless it is stopped or delayed before. */
  add(seconds: number, state: JobState): void {
    const end = { seconds, sequence: this.sequence++, state, start: state.starts };
    let at = this.heap.push(end) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(end, this.heap[parent] as End)) break;
      this.heap[at] = this.heap[parent] as End;
      at = parent;
    }
    this.heap[at] = end;
  }

  /** Takes out the jobs that end by then. */
  *due(seconds: number): Generator<JobState> {
    while (this.next !== undefined && this.next <= seconds) {
      const end = this.pop();
      if (end !== undefined) yield end.state;
    }
  }

  private pop(): End | undefined {
    const [first] = this.heap;
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.heap.length) break;
      const right = this.heap[child + 1];
      if (right !== undefined && isBefore(right, this.heap[child] as End)) child++;
      if (!isBefore(this.heap[child] as End, last)) break;
      this.heap[at] = this.heap[child] as End;
      at = child;
    }
    this.heap[at] = last;
    return first;
  }
}

function isVoid({ start, state }: End): boolean {
  return start !== state.starts;
}

function isBefore(a: End, b: End): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.sequence < b.sequence);
}
