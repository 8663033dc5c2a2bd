/**
 * What an update would change, as refusals show it: a unified diff of indented JSON.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/diff/diff.go
 */
import { escapeHtml } from '../../../api/go-text.js';

const contextLines = 3;

/** The hunks of a unified diff of two values, with a line break at the end; '' when they are equal. */
export function diffOf(before: unknown, after: unknown): string {
  const left = linesOf(before);
  const right = linesOf(after);
  const edits = editsOf(left, right);
  return hunks(edits).map(printedHunk).join('');
}

function linesOf(value: unknown): readonly string[] {
  return escapeHtml(JSON.stringify(value, null, 1)).split('\n');
}

interface Edit {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
  /** Lines of either side before this one. */
  readonly left: number;
  readonly right: number;
}

function editsOf(left: readonly string[], right: readonly string[]): readonly Edit[] {
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  const push = (mark: Edit['mark'], text: string) => {
    edits.push({ mark, text, left: i, right: j });
    if (mark !== '+') i++;
    if (mark !== '-') j++;
  };
  for (const { leftEnd, rightEnd, length } of commonRuns(left, right)) {
    while (i < leftEnd) push('-', left[i] ?? '');
    while (j < rightEnd) push('+', right[j] ?? '');
    for (let step = 0; step < length; step++) push(' ', left[i] ?? '');
  }
  return edits;
}

interface Run {
  readonly leftEnd: number;
  readonly rightEnd: number;
  readonly length: number;
}

/** The stretches that both have, in order, and the end of both as an empty one. */
function commonRuns(left: readonly string[], right: readonly string[]): readonly Run[] {
  const runs: Run[] = [];
  const find = (a: number, aEnd: number, b: number, bEnd: number): void => {
    const best = longestRun(left, right, { a, aEnd, b, bEnd });
    if (best.length === 0) return;
    find(a, best.leftEnd, b, best.rightEnd);
    runs.push(best);
    find(best.leftEnd + best.length, aEnd, best.rightEnd + best.length, bEnd);
  };
  let head = 0;
  const shorter = Math.min(left.length, right.length);
  while (head < shorter && left[head] === right[head]) head++;
  let tail = 0;
  while (tail < shorter - head && left[left.length - 1 - tail] === right[right.length - 1 - tail]) {
    tail++;
  }
  if (head > 0) runs.push({ leftEnd: 0, rightEnd: 0, length: head });
  find(head, left.length - tail, head, right.length - tail);
  const [leftEnd, rightEnd] = [left.length - tail, right.length - tail];
  runs.push({ leftEnd, rightEnd, length: tail });
  return runs;
}

function longestRun(
  left: readonly string[],
  right: readonly string[],
  { a, aEnd, b, bEnd }: { a: number; aEnd: number; b: number; bEnd: number },
): Run {
  let best: Run = { leftEnd: a, rightEnd: b, length: 0 };
  let lengths = new Map<number, number>();
  for (let i = a; i < aEnd; i++) {
    const next = new Map<number, number>();
    for (let j = b; j < bEnd; j++) {
      if (left[i] !== right[j]) continue;
      const length = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, length);
      if (length > best.length) {
        best = { leftEnd: i - length + 1, rightEnd: j - length + 1, length };
      }
    }
    lengths = next;
  }
  return best;
}

function hunks(edits: readonly Edit[]): readonly (readonly Edit[])[] {
  const out: Edit[][] = [];
  let current: Edit[] = [];
  let quiet = Number.POSITIVE_INFINITY;
  for (const [index, edit] of edits.entries()) {
    if (edit.mark === ' ') {
      quiet++;
      if (current.length > 0) current.push(edit);
      continue;
    }
    if (current.length > 0 && quiet > contextLines * 2) {
      out.push(current.slice(0, current.length - quiet + contextLines));
      current = [];
    }
    if (current.length === 0) {
      current = edits.slice(Math.max(0, index - contextLines), index) as Edit[];
    }
    current.push(edit);
    quiet = 0;
  }
  if (current.length > 0) {
    out.push(
      quiet > contextLines ? current.slice(0, current.length - quiet + contextLines) : current,
    );
  }
  return out;
}

function printedHunk(edits: readonly Edit[]): string {
  const [first] = edits;
  if (first === undefined) return '';
  const left = edits.filter(edit => edit.mark !== '+').length;
  const right = edits.filter(edit => edit.mark !== '-').length;
  const head = `@@ -${range(first.left, left)} +${range(first.right, right)} @@\n`;
  return head + edits.map(edit => `${edit.mark}${edit.text}\n`).join('');
}

function range(start: number, length: number): string {
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
}
