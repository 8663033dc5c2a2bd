/** An entry of the model registry: a ConfigMap that holds a version of a model and what it is made from. */
import { base64Encode } from '@bufbuild/protobuf/wire';
import type { ConfigMap } from '../../../sim/api/kinds/core.js';
import { sha256Hex } from '../../host.js';
import { modelKind } from '../kinds.js';
import type { Dataset, Model } from '../model.js';
import { metadataText, parseMetadata, type ModelMetadata, type TrainingData } from './metadata.js';
import { recipeHash, recipeOf } from './recipe.js';
import { refuseEntry } from './refusal.js';

/** The labels and annotations of an entry. */
export const entryMarks = {
  /** Label: the model's name. */
  model: 'seatrial.dev/model',
  /** Label: the version, as text. */
  version: 'seatrial.dev/model-version',
  /** Label: the kind's name. */
  kind: 'seatrial.dev/model-kind',
  /** Annotation: the hash of the recipe. */
  hash: 'seatrial.dev/model-hash',
} as const;

/** The keys of an entry's data. */
export const entryKeys = {
  metadata: 'metadata.json',
  /** The weights, to the bit. */
  model: 'model.json',
  /** For other servers, in single precision; among the binary data. */
  onnx: 'model.onnx',
} as const;

/** What the API server takes of a ConfigMap's data; here the whole object must fit into it. */
const bytesMax = 1024 ** 2;

/** A trained model and its circumstances. */
export interface EntryInput {
  readonly name: string;
  readonly namespace: string;
  readonly version: number;
  readonly model: Model;
  /** Those that it was trained with; defaults need not be given. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly featureNames: readonly string[];
  /** The rows that it was trained on. */
  readonly data: Dataset;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly source?: TrainingData['source'];
  /** Numbers that are not finite are written as null. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Default true. */
  readonly hasOnnx?: boolean;
}

/** A version that was read. */
export interface ReadEntry {
  readonly metadata: ModelMetadata;
  readonly model: Model;
}

/** `fraud-v3`: the name of a version's ConfigMap. */
export const entryName = (name: string, version: number): string => `${name}-v${version}`;

/**
 * The entry of a version. It is immutable, as a version is.
 *
 * @throws UserError `bad-model-entry` when the object would exceed 1 MiB, or for a wrong name or version.
 */
export function modelEntry(input: EntryInput): ConfigMap {
  const { name, namespace, version, model } = input;
  const where = `ConfigMap ${namespace}/${entryName(name, version)}`;
  checkName(where, input);
  const metadata = metadataOf(input);
  const entry: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: entryName(name, version),
      namespace,
      labels: {
        [entryMarks.model]: name,
        [entryMarks.version]: String(version),
        [entryMarks.kind]: model.kind,
      },
      annotations: { [entryMarks.hash]: metadata.hash },
    },
    immutable: true,
    data: {
      [entryKeys.metadata]: metadataText(metadata),
      [entryKeys.model]: JSON.stringify(model),
    },
    ...((input.hasOnnx ?? true) && {
      binaryData: { [entryKeys.onnx]: base64Encode(model.toOnnx()) },
    }),
  };
  checkSize(where, entry);
  return entry;
}

function metadataOf(input: EntryInput): ModelMetadata {
  const { name, version, model, data, fromMs, untilMs, source } = input;
  const recipe = recipeOf(modelKind(model.kind), input);
  const frauds = data.labels.reduce((sum, label) => sum + label, 0);
  const metrics = Object.entries(input.metrics).map(
    ([metric, value]) => [metric, Number.isFinite(value) ? value : null] as const,
  );
  return {
    name,
    version,
    hash: recipeHash(recipe),
    modelDigest: digestOf(model),
    recipe,
    training: { rows: data.rows, frauds, fromMs, untilMs, ...(source !== undefined && { source }) },
    metrics: Object.fromEntries(metrics),
  };
}

/** SHA-256 of a model as it is written. */
export const digestOf = (model: Model): string => sha256Hex([JSON.stringify(model)]);

/** A label value takes 63 characters, and a name must leave room for the version. */
const namePattern = /^[a-z0-9]([-a-z0-9]{0,48}[a-z0-9])?$/;

function checkName(where: string, { name, version, model, featureNames }: EntryInput): void {
  if (!namePattern.test(name)) {
    const next = 'use at most 50 of a-z, 0-9 and -, with a letter or digit first and last';
    refuseEntry(where, `"${name}" cannot name a model`, next);
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    refuseEntry(where, `the version is ${version}`, 'count versions from 1');
  }
  if (featureNames.length !== model.columns) {
    const what = `${featureNames.length} feature names for a model of ${model.columns} columns`;
    refuseEntry(where, what, 'name each column, in order');
  }
}

function checkSize(where: string, entry: ConfigMap): void {
  const size = new TextEncoder().encode(JSON.stringify(entry)).length;
  if (size <= bytesMax) return;
  const next =
    entry.binaryData === undefined
      ? 'train fewer or shallower trees'
      : 'leave the ONNX file out (hasOnnx: false), or train fewer or shallower trees';
  refuseEntry(where, `would be ${size} bytes, more than the ${bytesMax} that fit`, next);
}

/**
 * Reads an entry.
 *
 * @throws UserError `bad-model-entry` or `bad-model` when it is not what `modelEntry` wrote: all hashes are
 * checked.
 */
export function readEntry(entry: ConfigMap): ReadEntry {
  const where = `ConfigMap ${entry.metadata.namespace ?? ''}/${entry.metadata.name ?? ''}`;
  const textOf = (key: string): string =>
    entry.data?.[key] ?? refuseEntry(where, `there is no ${key} in its data`);
  const metadata = parseMetadata(textOf(entryKeys.metadata), where);
  if (recipeHash(metadata.recipe) !== metadata.hash) {
    refuseEntry(where, 'its hash is not that of its recipe');
  }
  const written = textOf(entryKeys.model);
  if (sha256Hex([written]) !== metadata.modelDigest) {
    refuseEntry(where, `${entryKeys.model} has changed since it was written`);
  }
  return { metadata, model: modelKind(metadata.recipe.kind).parse(JSON.parse(written)) };
}
