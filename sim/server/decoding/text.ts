/** Reads the bytes of a body as a JSON value, remembering what strict decoding complains about. */
import { isRecord } from '../../api/equality.js';
import { noRepeatedKeys, parseJson, type RepeatedKeys } from '../../api/json-parse.js';
import type { Parsed } from '../../api/time.js';
import { parseYamlBody } from '../../api/yaml.js';

/** A body as a JSON value. */
export interface ReadText {
  readonly value: unknown;
  /** Keys that JSON objects repeat. */
  readonly repeated: RepeatedKeys;
  /** `line 8: key "a" already set in map`: what YAML says of repeated keys. */
  readonly duplicates: readonly string[];
}

const decoder = new TextDecoder();

/** The text of a body. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Reads JSON; errors are Go's. */
export function readJson(text: string): Parsed<ReadText> {
  const parsed = parseJson(text);
  if (!parsed.isOk) return parsed;
  const { value, repeated } = parsed.value;
  return { isOk: true, value: { value, repeated, duplicates: [] } };
}

/** Reads YAML; errors are Go's. */
export function readYaml(text: string): Parsed<ReadText> {
  const parsed = parseYamlBody(text);
  if (!parsed.isOk) return parsed;
  const { value, duplicates } = parsed.value;
  return { isOk: true, value: { value, repeated: noRepeatedKeys, duplicates } };
}

const shownMax = 30;

/** The body's beginning, as errors show it. @upstream handlers/rest.go summarizeData */
export function summaryOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>';
  const shown = bytes.subarray(0, shownMax);
  const text = bytes[0] === 0x7b ? textOf(shown) : Buffer.from(shown).toString('hex');
  return bytes.length > shownMax ? `${text} ...` : text;
}

/** What strict decoding says of the body before its fields are looked at: one error for all lines of YAML. */
export function strictOfText({ duplicates }: ReadText): readonly string[] {
  if (duplicates.length === 0) return [];
  return [`yaml: unmarshal errors:\n${duplicates.map(line => `  ${line}`).join('\n')}`];
}

/** The fields that JSON objects repeat, in the words of strict decoding and in the order of the text. */
export function duplicateFields({ value, repeated }: ReadText): readonly string[] {
  if (repeated.size === 0) return [];
  const found: string[] = [];
  const walk = (item: unknown, path: string): void => {
    if (Array.isArray(item)) item.forEach((one, index) => walk(one, `${path}[${index}]`));
    if (!isRecord(item)) return;
    const { keys = Object.keys(item), values = Object.values(item) } = repeated.get(item) ?? {};
    for (const [index, key] of keys.entries()) {
      const below = path === '' ? key : `${path}.${key}`;
      const text = `duplicate field ${JSON.stringify(below)}`;
      if (keys.indexOf(key) < index && !found.includes(text)) found.push(text);
      walk(values[index], below);
    }
  };
  walk(value, '');
  return found;
}
