/** Secrets. @upstream pkg/registry/core/secret/strategy.go */
import { secrets, type Secret } from '../../api/kinds/core.js';
import { ageOf } from './columns/cell.js';
import { secretColumns } from './columns/core.js';
import { base64 } from './defaults/base64.js';
import { fillEmpty, without } from './defaults/fill.js';
import { pairWarnings } from './secret-warnings.js';
import { strategyOf } from './strategy.js';
import { validateSecret, validateSecretUpdate } from './validation/key-values.js';

/** The strategy of Secrets. */
export const secret = strategyOf<Secret>({
  kind: secrets,
  defaults: object => fillEmpty(withoutNulls(mergedText(object)), { type: 'Opaque' }),
  prepareForUpdate: (object, old) => (object.type ? object : { ...object, type: old.type ?? '' }),
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
  warningsOnCreate: pairWarnings,
  warningsOnUpdate: pairWarnings,
  selectableFields: { type: object => object.type ?? '' },
  fieldSelectorError: 'not-supported',
  columns: secretColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.type ?? '',
    Object.keys(object.data ?? {}).length,
    ageOf(object, nowMs),
  ],
});

/** stringData goes into data and is never told again. @upstream pkg/apis/core/v1/conversion.go */
function mergedText(secret: Secret): Secret {
  if (secret.stringData === undefined) return secret;
  const data: Record<string, string> = { ...secret.data };
  for (const [key, text] of Object.entries(secret.stringData ?? {})) data[key] = base64(text);
  const rest = without(secret, 'stringData');
  return Object.keys(data).length === 0 ? rest : { ...rest, data };
}

/** Absent bytes are no bytes. */
function withoutNulls(secret: Secret): Secret {
  const data: Readonly<Record<string, string | null>> | undefined = secret.data;
  if (data === undefined || !Object.values(data).includes(null)) return secret;
  const entries = Object.entries(data).map(([key, text]) => [key, text ?? ''] as const);
  return { ...secret, data: Object.fromEntries(entries) };
}
