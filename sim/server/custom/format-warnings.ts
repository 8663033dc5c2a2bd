/**
 * The formats in definitions that nothing checks.
 * @upstream apiextensions-apiserver/pkg/registry/customresourcedefinition/strategy.go getUnrecognizedFormatsInCRD
 */
import { compareText } from '../../api/go-text.js';
import type { CustomResourceDefinition, JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { isKnownFormat } from './formats.js';
import { schemasWithin } from './unsupported.js';

/** Warns of formats that are not known, and that the definition did not have before. */
export function formatWarnings(
  definition: CustomResourceDefinition,
  old?: CustomResourceDefinition,
): readonly string[] {
  const before = old === undefined ? [] : unknownFormats(old);
  return unknownFormats(definition)
    .filter(format => !before.includes(format))
    .map(format => `unrecognized format ${JSON.stringify(format)}`);
}

/** Each once, sorted: upstream walks through properties in no order. */
function unknownFormats({ spec }: CustomResourceDefinition): readonly string[] {
  const found = new Set<string>();
  for (const { schema } of spec.versions ?? []) {
    if (schema?.openAPIV3Schema === undefined) continue;
    for (const part of schemasWithin(schema.openAPIV3Schema)) {
      if (part.format !== undefined && part.format !== '' && !isChecked(part)) {
        found.add(part.format);
      }
    }
  }
  return [...found].sort(compareText);
}

const numberFormats: Readonly<Record<string, readonly string[]>> = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
};

function isChecked({ type = '', format = '' }: JSONSchemaProps): boolean {
  if (type === '' || type === 'string') return isKnownFormat(format);
  return numberFormats[type]?.includes(format) === true;
}
