/** Named formats of strings. @upstream apiserver/pkg/cel/library/format.go */
import { canonicalBase64 } from '../../base64.js';
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from '../../labels.js';
import { parseTime } from '../../time.js';
import { Opaque, Optional, type CelValue } from '../values.js';
import { objectIn, textIn, type CelFunctions } from './function.js';
import { requestUriError } from './urls.js';

/** A format that strings may have. */
class NamedFormat extends Opaque {
  readonly typeName = 'kubernetes.NamedFormat';

  constructor(
    readonly name: string,
    /** What is wrong with a text. */
    readonly errors: (text: string) => readonly string[],
    /** How long the regular expression is taken to be when costs are counted. */
    readonly regexSize: number,
  ) {
    super();
  }
}

/** A trailing dash is as good as a letter. */
function prefixed(errors: (text: string) => readonly string[]) {
  return (text: string): readonly string[] =>
    errors(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);
}

function unless(isFine: (text: string) => boolean, error: string) {
  return (text: string): readonly string[] => (isFine(text) ? [] : [error]);
}

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && parseTime(`${text}T00:00:00Z`).isOk;
}

function isDateTime(text: string): boolean {
  return parseTime(text.replace(/[tz]/g, letter => letter.toUpperCase())).isOk;
}

const table: Readonly<Record<string, readonly [(text: string) => readonly string[], number]>> = {
  dns1123Label: [dns1123LabelErrors, 30],
  dns1123Subdomain: [dns1123SubdomainErrors, 60],
  dns1035Label: [dns1035LabelErrors, 30],
  qualifiedName: [qualifiedNameErrors, 60],
  dns1123LabelPrefix: [prefixed(dns1123LabelErrors), 30],
  dns1123SubdomainPrefix: [prefixed(dns1123SubdomainErrors), 60],
  dns1035LabelPrefix: [prefixed(dns1035LabelErrors), 30],
  labelValue: [labelValueErrors, 40],
  uri: [
    text => {
      const error = requestUriError(text);
      return error === undefined ? [] : [error];
    },
    1158,
  ],
  uuid: [unless(text => uuid.test(text), 'does not match the UUID format'), 107],
  byte: [unless(text => canonicalBase64(text).isOk, 'invalid base64'), 84],
  date: [unless(isDate, 'invalid date'), 134],
  datetime: [unless(isDateTime, 'invalid datetime'), 134],
};

const known: ReadonlyMap<string, NamedFormat> = new Map(
  Object.entries(table).map(([name, [errors, size]]) => [
    name,
    new NamedFormat(name, errors, size),
  ]),
);

function validate(format?: CelValue, text?: CelValue): CelValue {
  const errors = objectIn(format, NamedFormat).errors(textIn(text));
  return errors.length === 0 ? Optional.none : new Optional(errors);
}

/** The functions. */
export const formats: CelFunctions = {
  validate,
  'format.named': name => {
    const found = known.get(textIn(name));
    return found === undefined ? Optional.none : new Optional(found);
  },
  ...Object.fromEntries([...known].map(([name, format]) => [`format.${name}`, () => format])),
};
