/** Checks of environment variables. @upstream pkg/apis/core/validation/validation.go ValidateEnv */
import type { EnvFromSource, EnvVar, EnvVarSource } from '../../../api/kinds/core.js';
import {
  configMapKeyErrors,
  dns1123SubdomainErrors,
  relaxedEnvVarNameErrors,
} from '../../../api/labels.js';
import { invalid, required } from '../field-error.js';
import { checkLabel, tell, type Errors } from './checks.js';
import { checkFieldRef, checkResourceFieldRef, envFields } from './field-refs.js';
import { checkNoBacksteps } from './paths.js';

/** Each variable has a name, and a value or one source. */
export function checkEnv(
  variables: readonly EnvVar[] | undefined,
  path: string,
  errors: Errors,
): void {
  for (const [index, variable] of (variables ?? []).entries()) {
    const at = `${path}[${index}]`;
    if (!variable.name) errors.push(required(`${at}.name`));
    else tell(relaxedEnvVarNameErrors(variable.name), variable.name, `${at}.name`, errors);
    if (variable.valueFrom !== undefined) {
      checkSource(variable, variable.valueFrom, `${at}.valueFrom`, errors);
    }
  }
}

function checkSource(variable: EnvVar, source: EnvVarSource, path: string, errors: Errors): void {
  let count = 0;
  if (source.fieldRef !== undefined) {
    count++;
    checkFieldRef(source.fieldRef, envFields, `${path}.fieldRef`, errors);
  }
  if (source.resourceFieldRef !== undefined) {
    count++;
    const at = `${path}.resourceFieldRef`;
    checkResourceFieldRef(source.resourceFieldRef, at, { needsContainer: false }, errors);
  }
  for (const name of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const ref = source[name];
    if (ref === undefined) continue;
    count++;
    checkKeyRef(ref, `${path}.${name}`, errors);
  }
  if (source.fileKeyRef !== undefined) {
    count++;
    checkFileKeyRef(source.fileKeyRef, `${path}.fileKeyRef`, errors);
  }
  const text = countText(count, variable.value);
  if (text !== undefined) errors.push(invalid(path, '', text));
}

function countText(count: number, value: string | undefined): string | undefined {
  if (count === 0) {
    return 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
  }
  if (value) return 'may not be specified when `value` is not empty';
  return count > 1 ? 'may not have more than one field specified at a time' : undefined;
}

function checkKeyRef(
  ref: { readonly name?: string; readonly key: string },
  path: string,
  errors: Errors,
): void {
  const name = ref.name ?? '';
  tell(dns1123SubdomainErrors(name), name, `${path}.name`, errors);
  if (!ref.key) errors.push(required(`${path}.key`));
  else tell(configMapKeyErrors(ref.key), ref.key, `${path}.key`, errors);
}

function checkFileKeyRef(
  ref: NonNullable<EnvVarSource['fileKeyRef']>,
  path: string,
  errors: Errors,
): void {
  if (!ref.key) errors.push(required(`${path}.key`));
  else tell(relaxedEnvVarNameErrors(ref.key), ref.key, `${path}.key`, errors);
  if (!ref.volumeName) errors.push(required(`${path}.volumeName`));
  else checkLabel(ref.volumeName, `${path}.volumeName`, errors);
  if (!ref.path) errors.push(required(`${path}.path`));
  else checkNoBacksteps(ref.path, `${path}.path`, errors);
}

/** Each source of variables has one kind. */
export function checkEnvFrom(
  sources: readonly EnvFromSource[] | undefined,
  path: string,
  errors: Errors,
): void {
  for (const [index, source] of (sources ?? []).entries()) {
    const at = `${path}[${index}]`;
    if (source.prefix) {
      tell(relaxedEnvVarNameErrors(source.prefix), source.prefix, `${at}.prefix`, errors);
    }
    let count = 0;
    for (const name of ['configMapRef', 'secretRef'] as const) {
      const ref = source[name];
      if (ref === undefined) continue;
      count++;
      if (!ref.name) errors.push(required(`${at}.${name}.name`));
      else tell(dns1123SubdomainErrors(ref.name), ref.name, `${at}.${name}.name`, errors);
    }
    if (count === 0) {
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (count > 1) {
      const text = 'may not have more than one field specified at a time';
      errors.push(invalid(path, '', text));
    }
  }
}
