/** The built-in transformers that a kustomization configures by files or inline, after its own fields. */
import { join } from 'node:path';
import { isRecord } from '../../../sim/api/equality.js';
import { parseLocated, readInput, type FieldPath } from '../located.js';
import type { FieldSpec } from './field-specs.js';
import { unresolved, type Patch, type ReadKustomization } from './kustomization.js';
import { onePatch } from './patches.js';
import { withObject, type Resource } from './resource.js';
import { added, renamed } from './transforms.js';

/** What a transformer's file says. */
interface Transformer extends Patch {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly fieldSpecs?: readonly FieldSpec[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly prefix?: string;
  readonly suffix?: string;
}

/** The resources after the kustomization's transformers. */
export function transformedFurther(
  resources: readonly Resource[],
  read: ReadKustomization,
): Resource[] {
  let current = [...resources];
  for (const [index, text] of (read.value.transformers ?? []).entries()) {
    const at = ['transformers', index];
    for (const transformer of transformersOf(text, read, at))
      current = applied(current, transformer, { read, at });
  }
  return current;
}

function transformersOf(text: string, read: ReadKustomization, at: FieldPath): Transformer[] {
  const isInline = text.includes('\n');
  const file = isInline ? read.file : join(read.folder, text);
  return parseLocated(isInline ? text : readInput(file), file).map(({ value }) => {
    if (isRecord(value)) return value;
    throw unresolved(read, at, `${file} is no transformer`);
  });
}

function applied(
  resources: readonly Resource[],
  transformer: Transformer,
  where: { readonly read: ReadKustomization; readonly at: FieldPath },
): Resource[] {
  const { apiVersion, kind = '', fieldSpecs = [], prefix = '', suffix = '' } = transformer;
  const { read, at } = where;
  if (apiVersion !== 'builtin')
    throw unresolved(read, at, `${kind} is a program, which is not run`, ' --enable-alpha-plugins');
  switch (kind) {
    case 'LabelTransformer':
    case 'AnnotationsTransformer': {
      const add = added(fieldSpecs, transformer.labels ?? transformer.annotations ?? {});
      return resources.map(one => withObject(one, add(one.object)));
    }
    case 'PrefixTransformer':
    case 'SuffixTransformer':
    case 'PrefixSuffixTransformer':
      return resources.map(one => renamed(one, name => prefix + name + suffix, fieldSpecs));
    case 'PatchTransformer':
      return onePatch(resources, transformer, where);
    default:
      throw unresolved(read, at, `${kind} is not resolved here`);
  }
}
