/**
 * Optional values of CEL: `a.?b`, `a[?b]`, orValue and the like. The parser does not know the syntax, so
 * it is rewritten into calls before parsing; what follows a call of a chain is made optional, too.
 */
import {
  celFunc,
  celMethod,
  CelScalar,
  isCelList,
  isCelMap,
  type CelFunc,
  type CelInput,
  type CelValue,
} from '@bufbuild/cel';
import { Opaque, unwrapped, wrapped } from './values.js';

/** A value that may be absent. */
export class Optional extends Opaque {
  readonly typeName = 'optional_type';

  constructor(readonly value: CelValue | undefined) {
    super();
  }
}

const { DYN, BOOL } = CelScalar;

/** The name of the call that a select of the optional syntax becomes. */
export const selectCall = '_optional_';

/** The text with the optional syntax as calls: `a.?b` is `a._optional_("b")`. */
export function withoutOptionalSyntax(text: string): string {
  if (!text.includes('?')) return text;
  let out = '';
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (quote !== '') {
      out += character;
      if (character === '\\') out += text[++at] ?? '';
      else if (character === quote) quote = '';
      continue;
    }
    const rest = text.slice(at);
    const select = /^\.\?([A-Za-z_]\w*)/.exec(rest);
    const index = /^\[\?/.exec(rest);
    if (select !== null) {
      out += `.${selectCall}("${select[1] ?? ''}")`;
      at += select[0].length - 1;
    } else if (index !== null) {
      const end = closing(text, at);
      out += `.${selectCall}(${withoutOptionalSyntax(text.slice(at + 2, end))})`;
      at = end;
    } else {
      out += character;
      if (character === '"' || character === "'") quote = character;
    }
  }
  return out;
}

/** Where the bracket that opens at `from` closes. */
function closing(text: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let at = from; at < text.length; at++) {
    const character = text[at] as string;
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '[') depth++;
    else if (character === ']' && --depth === 0) return at;
  }
  return text.length;
}

function optional(value: CelValue | undefined): CelInput {
  return wrapped(new Optional(value));
}

function chosen(target: CelValue, key: CelValue): CelInput {
  const known = unwrapped(target, Optional);
  const inner = known === undefined ? target : known.value;
  if (inner === undefined) return optional(undefined);
  if (isCelMap(inner)) return optional(inner.get(key as string));
  if (isCelList(inner)) return optional(inner.get(Number(key)));
  return optional(undefined);
}

function required(target: CelValue): Optional {
  const known = unwrapped(target, Optional);
  if (known === undefined) throw new Error('no such overload');
  return known;
}

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === '' || value === 0n || value === 0) return true;
  return (isCelList(value) || isCelMap(value)) && value.size === 0;
}

/** The functions of optional values. */
export const optionalFunctions: readonly CelFunc[] = [
  celMethod(selectCall, DYN, [DYN], DYN, function (key) {
    return chosen(this, key);
  }),
  celMethod('hasValue', DYN, [], BOOL, function () {
    return required(this).value !== undefined;
  }),
  celMethod('value', DYN, [], DYN, function () {
    const { value } = required(this);
    if (value === undefined) throw new Error('optional.none() dereference');
    return value as CelInput;
  }),
  celMethod('orValue', DYN, [DYN], DYN, function (other) {
    return (required(this).value ?? other) as CelInput;
  }),
  celMethod('or', DYN, [DYN], DYN, function (other) {
    return required(this).value === undefined ? (other as CelInput) : (this as CelInput);
  }),
  celFunc('optional.of', [DYN], DYN, value => optional(value)),
  celFunc('optional.none', [], DYN, () => optional(undefined)),
  celFunc('optional.ofNonZeroValue', [DYN], DYN, value =>
    optional(isZero(value) ? undefined : value),
  ),
];
