/** Reads a kustomization: the fields that are resolved here; whatever else it uses is refused by name. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../../../sim/api/equality.js';
import { exitCodes, InputError, UserError } from '../errors.js';
import { parseLocated, readInput, type FieldPath, type Located } from '../located.js';
import type { FieldSpec } from './field-specs.js';

/** A patch, with what it is for. */
export interface Patch {
  readonly path?: string;
  readonly patch?: string;
  readonly target?: PatchTarget;
  readonly options?: { readonly allowNameChange?: boolean; readonly allowKindChange?: boolean };
}

/** Which objects a patch is for: regular expressions, as kustomize takes them. */
export interface PatchTarget {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly annotationSelector?: string;
}

/** A generator of a ConfigMap or a Secret. */
export interface Generator {
  readonly name: string;
  readonly namespace?: string;
  readonly behavior?: string;
  readonly type?: string;
  readonly literals?: readonly string[];
  readonly files?: readonly string[];
  readonly envs?: readonly string[];
  readonly env?: string;
  readonly options?: GeneratorOptions;
}

/** What generated objects get. */
export interface GeneratorOptions {
  readonly disableNameSuffixHash?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

/** How a field of a replacement is taken apart, or made. */
export interface FieldOptions {
  readonly delimiter?: string;
  readonly index?: number;
  readonly create?: boolean;
}

/** Where a replacement writes to. */
export interface ReplacementTarget {
  readonly select?: PatchTarget;
  readonly reject?: readonly PatchTarget[];
  readonly fieldPaths?: readonly string[];
  readonly options?: FieldOptions;
}

/** A value of one object for fields of others; or the path of a file that holds some. */
export interface Replacement {
  readonly path?: string;
  readonly source?: PatchTarget & {
    readonly fieldPath?: string;
    /** Go reads field names whatever their case. */
    readonly fieldpath?: string;
    readonly options?: FieldOptions;
  };
  readonly sourceValue?: string;
  readonly targets?: readonly ReplacementTarget[];
}

/** A name for a value of an object. */
export interface Var {
  readonly name: string;
  readonly objref: {
    readonly apiVersion?: string;
    readonly group?: string;
    readonly version?: string;
    readonly kind?: string;
    readonly name: string;
    readonly namespace?: string;
  };
  /** Go reads field names whatever their case. */
  readonly fieldref?: { readonly fieldpath?: string; readonly fieldPath?: string };
}

/** The fields that are resolved. */
export interface Kustomization {
  readonly kind?: string;
  readonly resources?: readonly string[];
  readonly bases?: readonly string[];
  readonly components?: readonly string[];
  readonly namespace?: string;
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly commonLabels?: Readonly<Record<string, string>>;
  readonly commonAnnotations?: Readonly<Record<string, string>>;
  readonly labels?: readonly {
    readonly pairs: Readonly<Record<string, string>>;
    readonly includeSelectors?: boolean;
    readonly includeTemplates?: boolean;
    readonly fields?: readonly FieldSpec[];
  }[];
  readonly images?: readonly {
    readonly name: string;
    readonly newName?: string;
    readonly newTag?: string;
    readonly digest?: string;
  }[];
  readonly replicas?: readonly { readonly name: string; readonly count: number }[];
  readonly patches?: readonly Patch[];
  readonly patchesStrategicMerge?: readonly string[];
  readonly patchesJson6902?: readonly Patch[];
  readonly configMapGenerator?: readonly Generator[];
  readonly secretGenerator?: readonly Generator[];
  readonly generatorOptions?: GeneratorOptions;
  readonly configurations?: readonly string[];
  readonly replacements?: readonly Replacement[];
  readonly vars?: readonly Var[];
  readonly transformers?: readonly string[];
}

/** A kustomization and where it stands. */
export interface ReadKustomization {
  /** The folder that the user named, which may be another's overlay. */
  readonly root: string;
  readonly folder: string;
  readonly file: string;
  readonly document: Located;
  readonly value: Kustomization;
}

const lists = [
  'resources',
  'bases',
  'components',
  'labels',
  'images',
  'replicas',
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'configMapGenerator',
  'secretGenerator',
  'configurations',
  'replacements',
  'vars',
  'transformers',
];
const maps = ['commonLabels', 'commonAnnotations', 'generatorOptions'];
const texts = ['namespace', 'namePrefix', 'nameSuffix'];
/** What runs programs needs leave to. */
const flags: Readonly<Record<string, string>> = {
  helmCharts: ' --enable-helm',
  helmGlobals: ' --enable-helm',
  helmChartInflationGenerator: ' --enable-helm',
  generators: ' --enable-alpha-plugins',
  validators: ' --enable-alpha-plugins',
};
/** They change nothing of what the objects are. */
const harmless = ['apiVersion', 'kind', 'metadata', 'sortOptions', 'buildMetadata'];

const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The file of a folder's kustomization; undefined when it has none. */
export function kustomizationIn(folder: string): string | undefined {
  return names.map(name => join(folder, name)).find(file => existsSync(file));
}

/**
 * Reads the kustomization of a folder.
 *
 * @throws UserError with the kubectl command that resolves it, for what is not resolved here.
 */
export function readKustomization(folder: string, root: string): ReadKustomization {
  const file = kustomizationIn(folder);
  if (file === undefined) {
    throw new UserError(`${folder} holds no kustomization`, {
      exitCode: exitCodes.usage,
      code: 'no-kustomization',
      next: 'name a folder that holds a kustomization.yaml',
    });
  }
  const [document] = parseLocated(readInput(file), file, { mayRepeat: true });
  if (document === undefined || !isRecord(document.value)) {
    throw new InputError(
      { file, line: 1 },
      'the kustomization is empty',
      'write resources: into it',
    );
  }
  const read = { root, folder, file, document };
  // A field with nothing after it says nothing.
  const given = Object.entries(document.value).filter(([, value]) => value !== null);
  for (const [name, value] of given) checkField(read, name, value);
  return { ...read, value: Object.fromEntries(given) };
}

function checkField(read: Omit<ReadKustomization, 'value'>, name: string, value: unknown): void {
  if (harmless.includes(name)) return;
  const isKnown = [...lists, ...maps, ...texts].includes(name);
  if (!isKnown) {
    const flag = flags[name] ?? '';
    throw unresolved(read, [name], `${name} is not resolved here`, flag);
  }
  const isRight = lists.includes(name)
    ? Array.isArray(value)
    : maps.includes(name)
      ? isRecord(value)
      : typeof value === 'string';
  if (isRight) return;
  const line = read.document.lineOf([name]);
  const kind = lists.includes(name) ? 'a list' : maps.includes(name) ? 'a map' : 'a string';
  const next = {
    'a list': 'write one entry a line under it, each after "- "',
    'a map': 'write one "name: value" a line under it, indented',
    'a string': 'write one text after the colon',
  }[kind];
  throw new InputError({ file: read.file, line, field: name }, `must be ${kind}`, next);
}

/** The refusal of something that kustomize knows and we do not. */
export function unresolved(
  { file, root, document }: Omit<ReadKustomization, 'value'>,
  path: FieldPath,
  what: string,
  flag = '',
): UserError {
  return new UserError(`${file}:${document.lineOf(path)}: ${what}`, {
    exitCode: exitCodes.usage,
    code: 'kustomization',
    next: `build it with kustomize: kubectl kustomize${flag} ${root} | seatrial check -f -`,
  });
}
