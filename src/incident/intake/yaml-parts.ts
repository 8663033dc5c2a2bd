/**
 * Cuts YAML texts into documents and the items of lists, by their indentation alone, before they are
 * parsed: so what is torn or wrong costs one item and not the file, and each object knows its line.
 */
import type { Part } from './json-parts.js';

/** A document: its items apart from the rest of it. */
export interface YamlDocument extends Part {
  /** Each item's text is a sequence of one. */
  readonly list?: { readonly rest: string; readonly items: readonly Part[] };
}

/** The documents of a text. */
export function yamlDocuments(text: string): readonly YamlDocument[] {
  const lines = text.split('\n');
  const documents: YamlDocument[] = [];
  let from = 0;
  const close = (to: number): void => {
    const part = lines.slice(from, to);
    if (part.some(line => line.trim() !== '' && !line.startsWith('#'))) {
      documents.push(documentOf(part, from + 1));
    }
  };
  lines.forEach((line, index) => {
    if (!/^(---|\.\.\.)(\s|$)/.test(line)) return;
    close(index);
    from = index + 1;
  });
  close(lines.length);
  return documents;
}

function documentOf(lines: readonly string[], line: number): YamlDocument {
  const whole = { text: lines.join('\n'), line, isTorn: false };
  const itemsAt = lines.findIndex(each => /^items:\s*$/.test(each));
  if (itemsAt < 0) return whole;
  const firstAt = lines.findIndex((each, index) => index > itemsAt && each.trim() !== '');
  const first = lines[firstAt];
  const indent = first?.match(/^( *)- /)?.[1];
  if (first === undefined || indent === undefined) return whole;
  const starts: number[] = [];
  let endAt = lines.length;
  for (let index = firstAt; index < lines.length; index++) {
    const each = lines[index] ?? '';
    if (each.startsWith(`${indent}- `)) starts.push(index);
    else if (/^[^\s#]/.test(each)) {
      // A key at the left margin ends the list: `kind: List` may stand behind the items.
      endAt = index;
      break;
    }
  }
  const items = starts.map((start, index) => ({
    text: lines.slice(start, starts[index + 1] ?? endAt).join('\n'),
    line: line + start,
    isTorn: false,
  }));
  const rest = [...lines.slice(0, itemsAt), ...lines.slice(endAt)].join('\n');
  return { ...whole, list: { rest, items } };
}
