/** What an entry of the registry says of its model, and how it is read back. */
import type { Recipe } from './recipe.js';
import { refuseEntry } from './refusal.js';

/** The format of the metadata. */
export const entryFormat = 'seatrial-model/1';

/** The rows that a model was trained on, as far as their digest does not tell. */
export interface TrainingData {
  readonly rows: number;
  readonly frauds: number;
  /** The time of the first row, in milliseconds since the epoch. */
  readonly fromMs: number;
  /** The time after the last row. */
  readonly untilMs: number;
  /** Whatever the caller needs to make the rows again: a generator's name, its seed. Plain JSON. */
  readonly source?: Readonly<Record<string, unknown>>;
}

/** Everything but the weights. */
export interface ModelMetadata {
  readonly name: string;
  /** 1, 2, ... */
  readonly version: number;
  /** Of the recipe: equal for all that is made from the same. */
  readonly hash: string;
  /** SHA-256 of the written model, in hex. */
  readonly modelDigest: string;
  readonly recipe: Recipe;
  readonly training: TrainingData;
  /** By name; null for what cannot be told, as where a class was missing. */
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** The text of the metadata; times are written as ISO 8601. */
export function metadataText(metadata: ModelMetadata): string {
  const { fromMs, untilMs, ...training } = metadata.training;
  const times = { from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() };
  const written = { format: entryFormat, ...metadata, training: { ...training, ...times } };
  return JSON.stringify(written, null, 2);
}

type Json = Readonly<Record<string, unknown>>;

/** Reads the text; `where` names the entry in errors. */
export function parseMetadata(text: string, where: string): ModelMetadata {
  const reader = new MetadataReader(where);
  const fields = reader.object(parseJson(text, where), 'metadata.json');
  if (fields['format'] !== entryFormat) {
    refuseEntry(where, `format is ${JSON.stringify(fields['format'])}, and not ${entryFormat}`);
  }
  return {
    name: reader.text(fields, 'name'),
    version: reader.number(fields, 'version'),
    hash: reader.text(fields, 'hash'),
    modelDigest: reader.text(fields, 'modelDigest'),
    recipe: reader.recipe(reader.object(fields['recipe'], 'recipe')),
    training: reader.training(reader.object(fields['training'], 'training')),
    metrics: reader.numbersOrNull(reader.object(fields['metrics'], 'metrics')),
  };
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuseEntry(where, 'metadata.json is not JSON');
  }
}

class MetadataReader {
  constructor(private readonly where: string) {}

  recipe(fields: Json): Recipe {
    return {
      kind: this.text(fields, 'kind'),
      codeRevision: this.number(fields, 'codeRevision'),
      settings: this.numbers(this.object(fields['settings'], 'settings')),
      featureNames: this.texts(fields, 'featureNames'),
      dataDigest: this.text(fields, 'dataDigest'),
    };
  }

  training(fields: Json): TrainingData {
    const source = fields['source'];
    return {
      rows: this.number(fields, 'rows'),
      frauds: this.number(fields, 'frauds'),
      fromMs: this.time(fields, 'from'),
      untilMs: this.time(fields, 'until'),
      ...(source !== undefined && { source: this.object(source, 'source') }),
    };
  }

  object(value: unknown, name: string): Json {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    // What was parsed from JSON and is an object has text keys.
    return isObject ? (value as Json) : this.refuse(name, 'an object');
  }

  text(fields: Json, name: string): string {
    const value = fields[name];
    return typeof value === 'string' ? value : this.refuse(name, 'a text');
  }

  number(fields: Json, name: string): number {
    const value = fields[name];
    return typeof value === 'number' ? value : this.refuse(name, 'a number');
  }

  texts(fields: Json, name: string): readonly string[] {
    const value = fields[name];
    const isRight = Array.isArray(value) && value.every(item => typeof item === 'string');
    return isRight ? value : this.refuse(name, 'a list of texts');
  }

  numbers(fields: Json): Readonly<Record<string, number>> {
    return Object.fromEntries(Object.keys(fields).map(name => [name, this.number(fields, name)]));
  }

  numbersOrNull(fields: Json): Readonly<Record<string, number | null>> {
    return Object.fromEntries(
      Object.keys(fields).map(name => [
        name,
        fields[name] === null ? null : this.number(fields, name),
      ]),
    );
  }

  private time(fields: Json, name: string): number {
    const time = Date.parse(this.text(fields, name));
    return Number.isNaN(time) ? this.refuse(name, 'a time of ISO 8601') : time;
  }

  private refuse(name: string, what: string): never {
    return refuseEntry(this.where, `${name} must be ${what}`);
  }
}
