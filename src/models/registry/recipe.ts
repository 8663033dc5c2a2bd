/** What a model is made from, and the hash that says whether two are made from the same. */
import { sha256Hex } from '../../host.js';
import type { Dataset, ModelKind } from '../model.js';

/** All that decides what training gives. */
export interface Recipe {
  /** The kind's name. */
  readonly kind: string;
  /** The revision of the kind's code. */
  readonly codeRevision: number;
  /** Complete, sorted by name. */
  readonly settings: Readonly<Record<string, number>>;
  /** In the order of the columns. */
  readonly featureNames: readonly string[];
  /** SHA-256 of the training rows, in hex. */
  readonly dataDigest: string;
}

/** The recipe by which this kind is trained on these rows. */
export function recipeOf(
  kind: ModelKind,
  {
    settings,
    featureNames,
    data,
  }: {
    readonly settings?: Readonly<Record<string, unknown>> | undefined;
    readonly featureNames: readonly string[];
    readonly data: Dataset;
  },
): Recipe {
  const sorted = Object.entries(kind.settings(settings)).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    kind: kind.name,
    codeRevision: kind.revision,
    settings: Object.fromEntries(sorted),
    featureNames,
    dataDigest: datasetDigest(data),
  };
}

/** The hash that names what was made by this recipe. */
export function recipeHash(recipe: Recipe): string {
  const { kind, codeRevision, settings, featureNames, dataDigest } = recipe;
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256Hex([JSON.stringify([kind, codeRevision, sorted, featureNames, dataDigest])]);
}

/** SHA-256 of shape, values (little endian, as every host of Node has them) and labels. */
export function datasetDigest({ rows, columns, values, labels }: Dataset): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return sha256Hex([`${rows} x ${columns}\n`, bytes, labels]);
}
