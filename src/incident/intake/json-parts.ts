/**
 * Cuts JSON texts into documents and the items of lists, each with its line, before they are parsed:
 * so a torn end costs one item and not the file, and each object knows where it stood.
 */

/** A part of a text. */
export interface Part {
  readonly text: string;
  /** Of its first character, from 1. */
  readonly line: number;
  /** The text ended before it did. */
  readonly isTorn: boolean;
}

/** A document: its items apart from the rest of it. */
export interface JsonDocument extends Part {
  /** The document without its items: `"items": []`. Absent: it has no list of items at its top. */
  readonly list?: { readonly rest: string; readonly items: readonly Part[] };
}

/** The documents of a text: one, one after another, or one a line; what stands between them is left. */
export function jsonDocuments(text: string): readonly JsonDocument[] {
  const documents: JsonDocument[] = [];
  const scan = new Scan(text);
  for (let at = scan.begin(0); at >= 0; at = scan.begin(scan.at)) documents.push(scan.document(at));
  return documents;
}

class Scan {
  at = 0;
  private line = 1;
  private lineAt = 0;

  constructor(private readonly text: string) {}

  /** The first `{` or `[` that begins a line, or all of the text, from there on; -1: none. */
  begin(from: number): number {
    const opening = /[{[]/g;
    opening.lastIndex = from;
    for (let found = opening.exec(this.text); found !== null; found = opening.exec(this.text)) {
      const before = this.text.slice(this.text.lastIndexOf('\n', found.index - 1) + 1, found.index);
      if (before.trim() === '' || from > 0) return found.index;
    }
    return -1;
  }

  document(from: number): JsonDocument {
    const line = this.lineOf(from);
    const list = this.text[from] === '{' ? this.itemsIn(from) : undefined;
    const to = list?.to ?? this.endOf(from);
    const isTorn = to < 0;
    const end = isTorn ? this.text.length : to;
    this.at = end;
    const text = list === undefined ? this.text.slice(from, end) : '';
    if (list === undefined) return { text, line, isTorn };
    const rest = `${this.text.slice(from, list.from)}[]${list.after}`;
    return { text, line, isTorn, list: { rest, items: list.items } };
  }

  /** The items of the object that begins here; undefined when it has no list of that name. */
  private itemsIn(from: number):
    | {
        readonly from: number;
        readonly to: number;
        readonly after: string;
        readonly items: readonly Part[];
      }
    | undefined {
    let at = from + 1;
    for (;;) {
      at = this.next(at);
      if (this.text[at] !== '"') return undefined;
      const keyEnd = this.endOfText(at);
      if (keyEnd < 0) return undefined;
      const key = this.text.slice(at + 1, keyEnd - 1);
      at = this.next(keyEnd);
      if (this.text[at] !== ':') return undefined;
      at = this.next(at + 1);
      if (key === 'items' && this.text[at] === '[') break;
      at = this.endOf(at);
      if (at < 0) return undefined;
      at = this.next(at);
      if (this.text[at] !== ',') return undefined;
      at += 1;
    }
    return this.listAt(from, at);
  }

  private listAt(
    document: number,
    from: number,
  ): { from: number; to: number; after: string; items: Part[] } {
    const items: Part[] = [];
    let at = this.next(from + 1);
    while (at < this.text.length && this.text[at] !== ']') {
      const line = this.lineOf(at);
      const end = this.endOf(at);
      items.push({
        text: this.text.slice(at, end < 0 ? undefined : end),
        line,
        isTorn: end < 0,
      });
      if (end < 0) return { from, to: -1, after: '}', items };
      at = this.next(end);
      if (this.text[at] === ',') at = this.next(at + 1);
    }
    const isClosed = this.text[at] === ']';
    const to = isClosed ? this.endOf(document) : -1;
    return { from, to, after: to < 0 ? '}' : this.text.slice(at + 1, to), items };
  }

  /** The next character that is no blank. */
  private next(from: number): number {
    let at = from;
    while (at < this.text.length && this.text.charCodeAt(at) <= 32) at++;
    return at;
  }

  /** Behind the text that begins here; -1: it has no end. */
  private endOfText(from: number): number {
    for (let at = from + 1; ; at++) {
      at = this.text.indexOf('"', at);
      if (at < 0) return -1;
      let backslashes = 0;
      while (this.text[at - 1 - backslashes] === '\\') backslashes++;
      if (backslashes % 2 === 0) return at + 1;
    }
  }

  /** Behind the value that begins here; -1: it has no end. */
  private endOf(from: number): number {
    const first = this.text[from];
    if (first === '"') return this.endOfText(from);
    if (first !== '{' && first !== '[') {
      const end = /[,\]}\s]/g;
      end.lastIndex = from;
      return end.exec(this.text)?.index ?? (from < this.text.length ? this.text.length : -1);
    }
    let depth = 0;
    const mark = /["{}[\]]/g;
    mark.lastIndex = from;
    for (let found = mark.exec(this.text); found !== null; found = mark.exec(this.text)) {
      if (found[0] === '"') {
        const end = this.endOfText(found.index);
        if (end < 0) return -1;
        mark.lastIndex = end;
      } else if (found[0] === '{' || found[0] === '[') depth++;
      else if (--depth === 0) return found.index + 1;
    }
    return -1;
  }

  /** Asked for ever later places, so that lines are counted once. */
  private lineOf(at: number): number {
    for (let end = this.text.indexOf('\n', this.lineAt); end >= 0 && end < at;) {
      this.line++;
      this.lineAt = end + 1;
      end = this.text.indexOf('\n', this.lineAt);
    }
    return this.line;
  }
}
