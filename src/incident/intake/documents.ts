/** Reads the documents of a text, YAML or JSON, so that what is wrong in one costs only that one. */
import { parseDocument } from 'yaml';
import type { Sink } from '../import/format.js';
import { jsonDocuments, type Part } from './json-parts.js';
import { yamlDocuments } from './yaml-parts.js';

/** A value of a text and where it begins. */
export interface Placed {
  readonly value: unknown;
  readonly line: number;
}

/** A document; of a list the items are apart. */
export interface PlacedDocument extends Placed {
  /** The items; `value` is the rest of the list. */
  readonly items?: readonly Placed[];
}

/** Whether a text is JSON rather than YAML. */
export function isJson(text: string): boolean {
  return /^\s*(\{|\[\s*[{"\]]|null\s*$)/.test(text);
}

/** The documents; what cannot be read is told and left out. */
export function readDocuments(text: string, file: string, sink: Sink): readonly PlacedDocument[] {
  const asJson = isJson(text);
  const parts = asJson ? jsonDocuments(text) : yamlDocuments(text);
  const read = (part: Part): unknown => readPart(part, { file, sink, asJson });
  return parts.flatMap(part => {
    if (part.list === undefined) {
      const value = read(part);
      return value === undefined ? [] : [{ value, line: part.line }];
    }
    const rest = part.list.rest.trim() === '' ? {} : read({ ...part, text: part.list.rest });
    if (rest === undefined) return [];
    const items = part.list.items.flatMap(item => {
      const value = read(item);
      if (value === undefined) return [];
      return [{ value: asJson ? value : (value as readonly unknown[])[0], line: item.line }];
    });
    return [{ value: rest, line: part.line, items }];
  });
}

function readPart(
  part: Part,
  { file, sink, asJson }: { readonly file: string; readonly sink: Sink; readonly asJson: boolean },
): unknown {
  const source = { file, line: part.line };
  try {
    if (asJson) return JSON.parse(part.text) as unknown;
    return readYaml(part.text);
  } catch (error) {
    const why = (error as Error).message.split('\n')[0] ?? '';
    const what = part.isTorn ? 'the file ends within this' : `cannot be read: ${why}`;
    sink.problem(source, `${what}; left out`);
    return undefined;
  }
}

/** YAML as kubectl reads it: 1.1, and times stay texts. */
function readYaml(text: string): unknown {
  const document = parseDocument(text, {
    version: '1.1',
    merge: true,
    customTags: tags =>
      tags.filter(
        tag =>
          tag !== 'timestamp' &&
          (typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:timestamp'),
      ),
  });
  const [problem] = document.errors;
  if (problem !== undefined) throw problem;
  const value: unknown = document.toJS();
  return value ?? undefined;
}
