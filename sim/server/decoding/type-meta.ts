/** Reads kind and apiVersion of a body before the rest. @upstream serializer/json/meta.go */
import { isRecord } from '../../api/equality.js';
import type { Parsed } from '../../api/time.js';

/** What a body says it is; '' where it does not say. */
export interface TypeMeta {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const probed =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** Kind and apiVersion, whose names are matched in any case; of several the last counts. */
export function typeMetaOf(value: unknown): Parsed<TypeMeta> {
  if (value === null) return { isOk: true, value: { group: '', version: '', kind: '' } };
  if (!isRecord(value))
    return { isOk: false, error: probeError(`${goKind(value)} into Go value of type ${probed}`) };
  const found: { apiVersion: string; kind: string } = { apiVersion: '', kind: '' };
  for (const [key, text] of Object.entries(value)) {
    const lower = key.toLowerCase();
    if (lower !== 'kind' && lower !== 'apiversion') continue;
    if (text === null) continue;
    const name = lower === 'kind' ? 'kind' : 'apiVersion';
    if (typeof text !== 'string') {
      return {
        isOk: false,
        error: probeError(`${goKind(text)} into Go struct field .${name} of type string`),
      };
    }
    found[name] = text;
  }
  const { apiVersion, kind } = found;
  const parts = apiVersion.split('/');
  if (parts.length > 2) {
    return { isOk: false, error: `unexpected GroupVersion string: ${apiVersion}` };
  }
  const [first = '', second] = parts;
  const isCore = second === undefined;
  return {
    isOk: true,
    value: { group: isCore ? '' : first, version: isCore ? first : second, kind },
  };
}

function probeError(text: string): string {
  return `couldn't get version/kind; json parse error: json: cannot unmarshal ${text}`;
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'bool';
    default:
      return 'object';
  }
}
