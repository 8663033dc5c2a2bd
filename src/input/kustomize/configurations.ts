/** Transformer configurations: what a kustomization teaches kustomize about fields of further kinds. */
import { join } from 'node:path';
import { isRecord } from '../../../sim/api/equality.js';
import { parseLocated, readInput } from '../located.js';
import type { FieldSpec } from './field-specs.js';
import { unresolved, type ReadKustomization } from './kustomization.js';

/** Fields of other objects that name objects of a kind. */
export interface NameReference extends Omit<FieldSpec, 'path' | 'create'> {
  readonly fieldSpecs?: readonly FieldSpec[];
}

/** What is known besides kustomize's own tables. */
export interface FieldConfig {
  readonly namePrefix: readonly FieldSpec[];
  readonly nameSuffix: readonly FieldSpec[];
  readonly namespace: readonly FieldSpec[];
  readonly commonLabels: readonly FieldSpec[];
  readonly labels: readonly FieldSpec[];
  readonly templateLabels: readonly FieldSpec[];
  readonly commonAnnotations: readonly FieldSpec[];
  readonly images: readonly FieldSpec[];
  readonly replicas: readonly FieldSpec[];
  readonly varReference: readonly FieldSpec[];
  readonly nameReference: readonly NameReference[];
}

/** Nothing besides. */
export const noConfig: FieldConfig = {
  namePrefix: [],
  nameSuffix: [],
  namespace: [],
  commonLabels: [],
  labels: [],
  templateLabels: [],
  commonAnnotations: [],
  images: [],
  replicas: [],
  varReference: [],
  nameReference: [],
};

/** Both together; what two configurations say alike counts once. */
export function joined(one: FieldConfig, other: FieldConfig): FieldConfig {
  return {
    namePrefix: union(one.namePrefix, other.namePrefix),
    nameSuffix: union(one.nameSuffix, other.nameSuffix),
    namespace: union(one.namespace, other.namespace),
    commonLabels: union(one.commonLabels, other.commonLabels),
    labels: union(one.labels, other.labels),
    templateLabels: union(one.templateLabels, other.templateLabels),
    commonAnnotations: union(one.commonAnnotations, other.commonAnnotations),
    images: union(one.images, other.images),
    replicas: union(one.replicas, other.replicas),
    varReference: union(one.varReference, other.varReference),
    nameReference: union(one.nameReference, other.nameReference),
  };
}

function union<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  const known = new Set(one.map(item => JSON.stringify(item)));
  return [...one, ...other.filter(item => !known.has(JSON.stringify(item)))];
}

/** What the kustomization's own configurations say. */
export function configurationsOf(read: ReadKustomization): FieldConfig {
  let config = noConfig;
  for (const [index, path] of (read.value.configurations ?? []).entries()) {
    const file = join(read.folder, path);
    for (const { value } of parseLocated(readInput(file), file)) {
      const at = ['configurations', index];
      if (!isConfig(value))
        throw unresolved(read, at, `${path} holds more than lists of field specs`);
      config = joined(config, { ...noConfig, ...value });
    }
  }
  return config;
}

function isConfig(value: unknown): value is Partial<FieldConfig> {
  return (
    isRecord(value) &&
    Object.entries(value).every(
      ([name, list]) => name in noConfig && Array.isArray(list) && list.every(isRecord),
    )
  );
}
