/** The model registry as the platform's programs use it: where entries are, and what a training adds to them. */
import type { ConfigMap } from '../../../sim/api/kinds/core.js';
import { modelKind } from '../../models/kinds.js';
import type { Model } from '../../models/model.js';
import { entryKeys, entryMarks, entryName, readEntry } from '../../models/registry/entry.js';
import { versionNumber, type ModelVersion } from './serving/model-uri.js';

/** What the platform's trainer says of the rows of a training. */
export interface TrainingSource {
  /** The job that trained. */
  readonly job: string;
  /** @see isHeldOut */
  readonly holdoutEvery: number;
}

/** An entry, as far as the promoter needs it. */
export interface Entry extends TrainingSource {
  readonly version: string;
  readonly model: Model;
  /** The time after the last payment that it has learned from. */
  readonly trainedUntilMs: number;
}

/**
 * Whether a training leaves a customer's payments out, so that the model can be judged by them. Single
 * payments would not do: others of the same card and hour give them away.
 */
export function isHeldOut(customer: number, every: number): boolean {
  return customer % every === 0;
}

/** The path of the entries of a namespace, or of one. */
export function entryPath(namespace: string, at?: ModelVersion): string {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  return at === undefined ? path : `${path}/${entryName(at.model, versionNumber(at.version))}`;
}

/** The path that lists the entries of a model. */
export function entriesPath(namespace: string, model: string): string {
  const selector = encodeURIComponent(`${entryMarks.model}=${model}`);
  return `${entryPath(namespace)}?labelSelector=${selector}`;
}

/** The version of an entry by its label: 0 when it has none. */
export function versionIn({ metadata }: ConfigMap): number {
  const version = Number(metadata.labels?.[entryMarks.version] ?? 0);
  return Number.isSafeInteger(version) ? version : 0;
}

/**
 * Reads an entry; all hashes are checked.
 *
 * @throws UserError when it is not what a training wrote.
 */
export function entryFrom(map: ConfigMap): Entry {
  const { metadata, model } = readEntry(map);
  const { untilMs } = metadata.training;
  return { ...sourceOf(map), version: `v${metadata.version}`, model, trainedUntilMs: untilMs };
}

/** What the trainer says of the rows. */
export function sourceOf(map: ConfigMap): TrainingSource {
  // Entries of this model are written by the trainer alone: RBAC lets nobody else.
  const { metadata } = readEntry(map);
  const { job = '', holdoutEvery = 1 } = (metadata.training.source ??
    {}) as Partial<TrainingSource>;
  return { job, holdoutEvery };
}

/** The model of an entry, as it is written; the entry is checked first. */
export function modelTextOf(map: ConfigMap): string {
  readEntry(map);
  return map.data?.[entryKeys.model] ?? '';
}

/** Reads a model. */
export function parseModel(text: string): Model {
  // The text is one that an entry of the registry holds.
  const written = JSON.parse(text) as { readonly kind: string };
  return modelKind(written.kind).parse(written);
}
