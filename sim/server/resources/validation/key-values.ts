/** Checks of Secrets and ConfigMaps. @upstream pkg/apis/core/validation/validation.go ValidateSecret */
import { deepEqual } from '../../../api/equality.js';
import type { ConfigMap, Secret } from '../../../api/kinds/core.js';
import { byteLength } from '../../../api/go-text.js';
import { parseJson } from '../../../api/json-parse.js';
import { configMapKeyErrors } from '../../../api/labels.js';
import { forbidden, invalid, required, tooLong, type FieldError } from '../field-error.js';
import { base64Size, fromBase64 } from '../defaults/base64.js';
import { checkImmutable, tell, type Errors } from './checks.js';

const bytesMax = 1024 * 1024;
const immutableText = 'field is immutable when `immutable` is set';

/** What is wrong with a ConfigMap. */
export function validateConfigMap(map: ConfigMap): readonly FieldError[] {
  const errors: Errors = [];
  let bytes = 0;
  const { data = {}, binaryData = {} } = map;
  for (const key in data) {
    tell(configMapKeyErrors(key), key, `data[${key}]`, errors);
    if (Object.hasOwn(binaryData, key)) {
      errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    }
    bytes += byteLength(data[key] ?? '');
  }
  for (const key in binaryData) {
    tell(configMapKeyErrors(key), key, `binaryData[${key}]`, errors);
    bytes += base64Size(binaryData[key] ?? '');
  }
  if (bytes > bytesMax) errors.push(tooLong('[]', bytesMax));
  return errors;
}

/** What is wrong with an update of a ConfigMap. */
export function validateConfigMapUpdate(map: ConfigMap, old: ConfigMap): readonly FieldError[] {
  const errors: Errors = [];
  checkSealed(map, old, ['data', 'binaryData'], errors);
  errors.push(...validateConfigMap(map));
  return errors;
}

function checkSealed<T extends { readonly immutable?: boolean }>(
  object: T,
  old: T,
  fields: readonly (keyof T & string)[],
  errors: Errors,
): void {
  if (old.immutable !== true) return;
  if (object.immutable !== true) errors.push(forbidden('immutable', immutableText));
  for (const field of fields) {
    if (deepEqual(object[field] ?? {}, old[field] ?? {})) continue;
    errors.push(forbidden(field, immutableText));
  }
}

/** What is wrong with a Secret. */
export function validateSecret(secret: Secret): readonly FieldError[] {
  const errors: Errors = [];
  let bytes = 0;
  const { data = {} } = secret;
  for (const key in data) {
    tell(configMapKeyErrors(key), key, `data[${key}]`, errors);
    bytes += base64Size(data[key] ?? '');
  }
  if (bytes > bytesMax) errors.push(tooLong('data', bytesMax));
  checkType(secret, data, errors);
  return errors;
}

/** What is wrong with an update of a Secret. */
export function validateSecretUpdate(secret: Secret, old: Secret): readonly FieldError[] {
  const errors: Errors = [];
  checkImmutable(secret.type ?? '', old.type ?? '', 'type', errors);
  checkSealed(secret, old, ['data'], errors);
  errors.push(...validateSecret(secret));
  return errors;
}

type Data = Readonly<Record<string, string>>;

const accountKey = 'kubernetes.io/service-account.name';

function checkType({ type, metadata }: Secret, data: Data, errors: Errors): void {
  const lacks = (key: string) => data[key] === undefined;
  const need = (key: string) => errors.push(required(`data[${key}]`));
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!metadata.annotations?.[accountKey]) {
        errors.push(required(`metadata.annotations[${accountKey}]`));
      }
      return;
    case 'kubernetes.io/dockercfg':
      checkJSON(data, '.dockercfg', errors);
      return;
    case 'kubernetes.io/dockerconfigjson':
      checkJSON(data, '.dockerconfigjson', errors);
      return;
    case 'kubernetes.io/basic-auth':
      if (!lacks('username') || !lacks('password')) return;
      need('username');
      need('password');
      return;
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) need('ssh-privatekey');
      return;
    case 'kubernetes.io/tls':
      if (lacks('tls.crt')) need('tls.crt');
      if (lacks('tls.key')) need('tls.key');
      return;
    default:
  }
}

function checkJSON(data: Data, key: string, errors: Errors): void {
  const path = `data[${key}]`;
  const encoded = data[key];
  if (encoded === undefined) {
    errors.push(required(path));
    return;
  }
  const text = jsonText(fromBase64(encoded));
  if (text !== '') errors.push(invalid(path, '<secret contents redacted>', text));
}

const goKinds: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
};

function jsonText(text: string): string {
  const parsed = parseJson(text);
  if (!parsed.isOk) return parsed.error;
  const { value } = parsed.value;
  const kind = Array.isArray(value) ? 'array' : goKinds[typeof value];
  if (kind === undefined) return '';
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
}
