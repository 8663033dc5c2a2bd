/**
 * What an update would change, as refusals show it: a unified diff of indented JSON.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/diff/diff.go
 * @upstream vendor/github.com/pmezard/go-difflib/difflib/difflib.go
 */
import { escapeHtml } from '../../../api/go-text.js';

const contextLines = 3;
/** From so many lines on, a line that is common in the new text begins no match. */
const popularFrom = 200;

/** The hunks of a unified diff of two values, with a line break at the end; '' when they are equal. */
export function diffOf(before: unknown, after: unknown): string {
  const sides = { left: linesOf(before), right: linesOf(after) };
  return hunks(changes(sides))
    .map(hunk => printedHunk(hunk, sides))
    .join('');
}

function linesOf(value: unknown): readonly string[] {
  return escapeHtml(JSON.stringify(value, null, 1)).split('\n');
}

interface Sides {
  readonly left: readonly string[];
  readonly right: readonly string[];
}

/** Lines of both sides, from one number up to another. */
interface Stretch {
  readonly left: number;
  readonly leftEnd: number;
  readonly right: number;
  readonly rightEnd: number;
}

interface Change extends Stretch {
  readonly equal: boolean;
}

interface Match {
  readonly left: number;
  readonly right: number;
  readonly length: number;
}

function changes(sides: Sides): readonly Change[] {
  const out: Change[] = [];
  let [left, right] = [0, 0];
  for (const match of matches(sides)) {
    const [leftEnd, rightEnd] = [match.left, match.right];
    if (left < leftEnd || right < rightEnd) {
      out.push({ equal: false, left, leftEnd, right, rightEnd });
    }
    [left, right] = [leftEnd + match.length, rightEnd + match.length];
    if (match.length > 0) {
      out.push({ equal: true, left: leftEnd, leftEnd: left, right: rightEnd, rightEnd: right });
    }
  }
  return out;
}

/** The runs that both sides have, in order, neighbours joined, and the end of both as an empty one. */
function matches(sides: Sides): readonly Match[] {
  const { left, right } = sides;
  const places = placesOf(right);
  const found: Match[] = [];
  const find = (within: Stretch): void => {
    const match = longestMatch(sides, places, within);
    if (match.length === 0) return;
    const [leftEnd, rightEnd] = [match.left + match.length, match.right + match.length];
    if (within.left < match.left && within.right < match.right) {
      find({ ...within, leftEnd: match.left, rightEnd: match.right });
    }
    const last = found.at(-1);
    if (last && last.left + last.length === match.left && last.right + last.length === match.right)
      found[found.length - 1] = { ...last, length: last.length + match.length };
    else found.push(match);
    if (leftEnd < within.leftEnd && rightEnd < within.rightEnd) {
      find({ ...within, left: leftEnd, right: rightEnd });
    }
  };
  find({ left: 0, leftEnd: left.length, right: 0, rightEnd: right.length });
  return [...found, { left: left.length, right: right.length, length: 0 }];
}

/** Where each line stands in a text; a line that stands nearly everywhere is left out. */
function placesOf(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) {
    const known = places.get(line);
    if (known) known.push(index);
    else places.set(line, [index]);
  }
  if (lines.length < popularFrom) return places;
  const most = Math.trunc(lines.length / 100) + 1;
  return new Map([...places].filter(([, at]) => at.length <= most));
}

function longestMatch(
  { left, right }: Sides,
  places: ReadonlyMap<string, readonly number[]>,
  within: Stretch,
): Match {
  let best: Match = { left: within.left, right: within.right, length: 0 };
  let lengths = new Map<number, number>();
  for (let i = within.left; i < within.leftEnd; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(left[i] ?? '') ?? []) {
      if (j < within.right) continue;
      if (j >= within.rightEnd) break;
      const length = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, length);
      if (length > best.length) best = { left: i - length + 1, right: j - length + 1, length };
    }
    lengths = next;
  }
  return stretched(best, { left, right }, within);
}

/** A match with the equal lines at both its ends: common ones are among them. */
function stretched(match: Match, { left, right }: Sides, within: Stretch): Match {
  let { left: i, right: j, length } = match;
  while (i > within.left && j > within.right && left[i - 1] === right[j - 1]) {
    [i, j, length] = [i - 1, j - 1, length + 1];
  }
  while (
    i + length < within.leftEnd &&
    j + length < within.rightEnd &&
    left[i + length] === right[j + length]
  ) {
    length++;
  }
  return { left: i, right: j, length };
}

function hunks(all: readonly Change[]): readonly (readonly Change[])[] {
  const out: Change[][] = [];
  let hunk: Change[] = [];
  for (const [index, change] of all.entries()) {
    const length = change.leftEnd - change.left;
    const [isFirst, isLast] = [index === 0, index === all.length - 1];
    if (!change.equal) hunk.push(change);
    else if (isFirst) hunk.push(tailOf(change));
    else if (isLast) hunk.push(headOf(change));
    else if (length <= contextLines * 2) hunk.push(change);
    else {
      out.push([...hunk, headOf(change)]);
      hunk = [tailOf(change)];
    }
  }
  return hunk.some(change => !change.equal) ? [...out, hunk] : out;
}

function headOf({ left, leftEnd, right, rightEnd }: Change): Change {
  return {
    equal: true,
    left,
    leftEnd: Math.min(leftEnd, left + contextLines),
    right,
    rightEnd: Math.min(rightEnd, right + contextLines),
  };
}

function tailOf({ left, leftEnd, right, rightEnd }: Change): Change {
  return {
    equal: true,
    left: Math.max(left, leftEnd - contextLines),
    leftEnd,
    right: Math.max(right, rightEnd - contextLines),
    rightEnd,
  };
}

function printedHunk(hunk: readonly Change[], { left, right }: Sides): string {
  const [first, last] = [hunk[0], hunk.at(-1)];
  if (first === undefined || last === undefined) return '';
  const ranges = [range(first.left, last.leftEnd), range(first.right, last.rightEnd)];
  const lines = hunk.flatMap(change => {
    const old = left.slice(change.left, change.leftEnd);
    if (change.equal) return old.map(line => ` ${line}\n`);
    const fresh = right.slice(change.right, change.rightEnd);
    return [...old.map(line => `-${line}\n`), ...fresh.map(line => `+${line}\n`)];
  });
  return `@@ -${ranges[0]} +${ranges[1]} @@\n${lines.join('')}`;
}

function range(start: number, end: number): string {
  const length = end - start;
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
}
