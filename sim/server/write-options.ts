/**
 * The query options of writes: CreateOptions, UpdateOptions, PatchOptions.
 * @upstream apimachinery/pkg/apis/meta/v1/validation/validation.go
 */
import {
  forbidden,
  invalid as invalidField,
  notSupported,
  required,
  tooLong,
  type FieldError,
} from '../api/field-error.js';
import { invalid, type Failure } from '../api/status.js';
import type { RequestContext } from './request-context.js';

/** How a write is to be done. */
export interface WriteOptions {
  readonly isDryRun: boolean;
  /** As given; '' when absent. */
  readonly fieldManager: string;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  readonly force: boolean;
  /** The options as an object, as admission sees them. */
  readonly object: Readonly<Record<string, unknown>>;
}

/** Which options they are. */
export type WriteOptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

const managerBytesMax = 128;
const validations = ['', 'Ignore', 'Strict', 'Warn'];

const defaults: Readonly<Record<WriteOptionsKind, WriteOptions>> = {
  CreateOptions: defaultsOf('CreateOptions'),
  UpdateOptions: defaultsOf('UpdateOptions'),
  PatchOptions: defaultsOf('PatchOptions'),
};

function defaultsOf(kind: WriteOptionsKind): WriteOptions {
  const object = { kind, apiVersion: 'meta.k8s.io/v1' };
  return { isDryRun: false, fieldManager: '', fieldValidation: 'Warn', force: false, object };
}

/** Reads the options from the query, or says what is wrong with them. */
export function writeOptions(
  context: RequestContext,
  kind: WriteOptionsKind,
  patch: { readonly isApply: boolean } = { isApply: false },
): WriteOptions | Failure {
  if (context.info.query === '' && !patch.isApply) return defaults[kind];
  const fieldManager = context.parameter('fieldManager') ?? '';
  const fieldValidation = context.parameter('fieldValidation') ?? '';
  const dryRun = context.parameters('dryRun');
  const force = context.parameter('force');
  const errors = [
    ...(kind === 'PatchOptions' ? patchErrors(patch.isApply, fieldManager, force) : []),
    ...managerErrors(fieldManager),
    ...dryRunErrors(dryRun),
    ...(validations.includes(fieldValidation)
      ? []
      : [notSupported('fieldValidation', fieldValidation, validations)]),
  ];
  if (errors.length > 0) return invalid({ group: 'meta.k8s.io', kind }, '', errors);
  return {
    isDryRun: dryRun.length > 0,
    fieldManager,
    fieldValidation: validationOf(fieldValidation),
    force: isTrue(force),
    object: Object.assign(
      {},
      defaults[kind].object,
      dryRun.length > 0 ? { dryRun } : undefined,
      force !== undefined && kind === 'PatchOptions' ? { force: isTrue(force) } : undefined,
      fieldManager === '' ? undefined : { fieldManager },
      fieldValidation === '' ? undefined : { fieldValidation },
    ),
  };
}

function validationOf(text: string): WriteOptions['fieldValidation'] {
  return text === 'Ignore' || text === 'Strict' ? text : 'Warn';
}

/** Query booleans: only `false` and `0` are false. */
export function isTrue(text: string | undefined): boolean {
  return text !== undefined && text !== 'false' && text !== '0';
}

function patchErrors(
  isApply: boolean,
  manager: string,
  force: string | undefined,
): readonly FieldError[] {
  if (!isApply) {
    if (force === undefined) return [];
    return [forbidden('force', 'may not be specified for non-apply patch')];
  }
  return manager === '' ? [required('fieldManager', 'is required for apply patch')] : [];
}

/** @upstream ValidateFieldManager */
export function managerErrors(manager: string, path = 'fieldManager'): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > managerBytesMax) errors.push(tooLong(path, managerBytesMax));
  let position = 0;
  for (const character of manager) {
    if (/[\p{C}\p{Zl}\p{Zp}]/u.test(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      errors.push(
        invalidField(path, manager, `invalid character U+${code} (at position ${position})`),
      );
    }
    position += Buffer.byteLength(character);
  }
  return errors;
}

/** @upstream ValidateDryRun */
export function dryRunErrors(dryRun: readonly string[]): readonly FieldError[] {
  if (dryRun.every(value => value === 'All')) return [];
  return [notSupported('dryRun', dryRun, ['All'])];
}

/** Who is told as the manager of the fields. @upstream managerOrUserAgent, prefixFromUserAgent */
export function managerOf(context: RequestContext, options: WriteOptions): string {
  if (options.fieldManager !== '') return options.fieldManager;
  const agent = context.header('user-agent');
  if (agent === '') return context.connection.omitsManagedFields ? componentOf(context) : 'unknown';
  const [product = ''] = agent.split('/');
  const printable = [...product].filter(character => !/\p{C}/u.test(character)).join('');
  return printable.slice(0, managerBytesMax);
}

/** The program that a user of the cluster is: what its User-Agent would begin with. */
function componentOf({ user }: RequestContext): string {
  const { name } = user;
  if (name.startsWith('system:node:')) return 'kubelet';
  if (name.startsWith('system:serviceaccount:kube-system:')) return 'kube-controller-manager';
  return name.startsWith('system:') ? name.slice('system:'.length) : name;
}
