/**
 * What calls of functions may cost, and how large their results may be.
 * @upstream cel-go/checker/cost.go functionCost, apiserver/pkg/cel/library/cost.go EstimateCallCost
 */
import type { Expr } from './ast.js';
import type { SizeAt } from './estimate.js';
import {
  anySize,
  exactly,
  plus,
  regexFactor,
  scaled,
  times,
  traversalFactor,
  type Range,
} from './size.js';
import { sameType, type CelType } from './types.js';

/** What is known of an argument. */
export interface Argument {
  readonly expr: Expr;
  readonly path: readonly string[] | undefined;
  readonly type: CelType;
  readonly size: Range | undefined;
}

/** The cost of a call, and the size of its result where one can be told. */
export interface CallEstimate {
  readonly cost: Range;
  readonly size?: Range;
}

interface Call {
  readonly target: Argument | undefined;
  readonly args: readonly Argument[];
  readonly sizeAt: SizeAt;
}

type Estimate = (call: Call, overload: string) => CallEstimate | undefined;

const one: CallEstimate = { cost: exactly(1) };
const authorizationCheck = 350_000;
const nameRegexSize = 128;
const addressSize: Range = { min: 4, max: 16 };

/** The estimate for one overload of a function, without the cost of its arguments. */
export function callEstimate(name: string, overload: string, call: Call): CallEstimate {
  return byName.get(name)?.(call, overload) ?? standard(overload, call) ?? one;
}

function sizeIn(argument: Argument | undefined): Range {
  return argument?.size ?? anySize;
}

function walked(size: Range, factor = 1): Range {
  return scaled(size, factor * traversalFactor);
}

function named(names: string, estimate: Estimate): readonly (readonly [string, Estimate])[] {
  return names.split(' ').map(name => [name, estimate] as const);
}

const fixed: Estimate = () => one;

/** A text that is read from its beginning to its end. */
const read: Estimate = ({ args }) => ({ cost: walked(sizeIn(args[0])) });

const ofSameSize: Estimate = ({ target, args }) => {
  const size = sizeIn(target ?? args[0]);
  return { cost: walked(size), size };
};

function searched(text: Range, regex: Range): Range {
  return times(walked(plus(text, exactly(1))), scaled(regex, regexFactor));
}

function itemOf(list: Argument, sizeAt: SizeAt): Argument | undefined {
  if (list.type.kind !== 'list') return undefined;
  const path = list.path === undefined ? undefined : [...list.path, '@items'];
  const size = path === undefined ? undefined : sizeAt(path);
  return { expr: list.expr, path, type: list.type.item, size };
}

const walkedList: Estimate = ({ target, sizeAt }) => {
  if (target === undefined) return undefined;
  const item = itemOf(target, sizeAt);
  if (item === undefined) return { cost: walked(sizeIn(target)) };
  const isText = item.type.kind === 'simple' && /^(string|bytes)$/.test(item.type.name);
  const each = isText ? plus(exactly(1), walked(sizeIn(item))) : exactly(1);
  return { cost: times(sizeIn(target), each) };
};

const replace: Estimate = ({ target, args }) => {
  const size = sizeIn(target);
  const [old, next] = [sizeIn(args[0]), sizeIn(args[1])];
  let [count, kept] = [0, 0];
  if (old.min === 0) [count, kept] = [size.max + 1, size.max];
  else if (next.max <= old.min) kept = size.max;
  else count = Math.ceil(size.max / old.min);
  const max = plus(times(exactly(count), next), exactly(kept)).max;
  return { cost: walked(size, 2), size: { min: 0, max } };
};

const split: Estimate = ({ target, args }) => {
  const size = sizeIn(target);
  const limit = args[1]?.expr;
  const count =
    limit?.kind === 'const' && typeof limit.value === 'bigint' ? limit.value : undefined;
  const max = count === undefined || count < 0n ? size.max : Number(count);
  return { cost: walked(size, 2), size: { min: 0, max } };
};

const join: Estimate = ({ target, args, sizeAt }) => {
  if (target === undefined) return undefined;
  const count = sizeIn(target);
  const item = itemOf(target, sizeAt);
  const parts = item === undefined ? exactly(0) : times(count, sizeIn(item));
  const between = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) };
  const separators = args[0] === undefined ? exactly(0) : times(sizeIn(args[0]), between);
  const size = plus(parts, separators);
  return { cost: walked(size), size };
};

const find: Estimate = ({ target, args }) => {
  const size = sizeIn(target);
  return { cost: searched(size, sizeIn(args[0])), size: { min: 0, max: size.max } };
};

function contained(isRange: boolean): Estimate {
  return ({ args }, overload) => {
    const compared = walked(plus(addressSize, addressSize));
    const masked = isRange ? plus(walked(addressSize), exactly(1)) : exactly(0);
    const isText = overload.endsWith('_string');
    return { cost: plus(compared, masked, isText ? walked(sizeIn(args[0])) : exactly(0)) };
  };
}

const selector: Estimate = ({ args }) => {
  const size = sizeIn(args[0]);
  return { cost: plus(exactly(10), walked(size), scaled(scaled(size, 0.5), 50)) };
};

const equality: Estimate = ({ args: [left, right] }) => {
  if (left === undefined || right === undefined || !sameType(left.type, right.type))
    return undefined;
  if (left.type.kind === 'opaque' && left.type.name.startsWith('net.')) return one;
  if (left.type.kind !== 'object' || !left.type.name.startsWith('kubernetes.')) return undefined;
  if (left.type.name === 'kubernetes.NamedFormat') return { cost: walked({ min: 1, max: 64 }) };
  return one;
};

function crossed(factor: number): Estimate {
  return ({ args: [left, right] }) => ({
    cost: plus(exactly(1), scaled(times(sizeIn(left), sizeIn(right)), factor)),
  });
}

const byName: ReadonlyMap<string, Estimate> = new Map([
  ...named('check', () => ({ cost: exactly(authorizationCheck) })),
  ...named('serviceAccount path group resource subresource namespace name', fixed),
  ...named('allowed reason error errored format.named', fixed),
  ...named('fieldSelector labelSelector', selector),
  ...named('isSorted sum max min indexOf lastIndexOf', walkedList),
  ...named('url jsonpatch.escapeKey lowerAscii upperAscii substring trim', ofSameSize),
  ...named('replace', replace),
  ...named('split', split),
  ...named('join', join),
  ...named('find findAll', find),
  ...named('cidr isIP isCIDR quantity isQuantity semver isSemver', read),
  ...named('ip', (call, overload) => (overload === 'cidr_ip' ? one : read(call, overload))),
  ...named('ip.isCanonical', ({ args }) => ({ cost: walked(sizeIn(args[0]), 2) })),
  ...named('masked prefixLength family isUnspecified isLoopback', fixed),
  ...named('isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast', fixed),
  ...named('containsIP', contained(false)),
  ...named('containsCIDR', contained(true)),
  ...named('validate', ({ args }) => ({
    cost: scaled(walked(sizeIn(args[0])), nameRegexSize * regexFactor),
  })),
  ...named('sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan', fixed),
  ...named('compareTo add sub major minor patch', fixed),
  ...named('getScheme getHostname getHost getPort getEscapedPath getQuery', fixed),
  ...named('sets.contains sets.intersects', crossed(1)),
  ...named('sets.equivalent', crossed(2)),
  ...named('_==_', equality),
]);

const textComparison = /^(less|less_equals|greater|greater_equals)_(string|bytes)$/;

/** The functions of CEL itself. */
function standard(overload: string, { target, args }: Call): CallEstimate | undefined {
  const [first, second] = [sizeIn(args[0]), sizeIn(args[1])];
  switch (overload) {
    case 'string_format':
      return { cost: walked(sizeIn(target)) };
    case 'string_to_bytes':
      return { cost: walked(first), size: { min: first.min, max: times(first, exactly(4)).max } };
    case 'bytes_to_string':
      return { cost: walked(first), size: { min: Math.floor(first.min / 4), max: first.max } };
    case 'strings_quote':
      return { cost: walked(first), size: plus(times(first, { min: 1, max: 2 }), exactly(2)) };
    case 'starts_with_string':
    case 'ends_with_string':
      return { cost: walked(first) };
    case 'in_list':
      return { cost: second };
    case 'matches_string':
      return { cost: searched(sizeIn(target), first) };
    case 'contains_string':
      return { cost: times(walked(sizeIn(target)), walked(first)) };
    case 'add_string':
    case 'add_bytes': {
      const size = plus(first, second);
      return { cost: walked(size), size };
    }
    case 'equals':
    case 'not_equals':
      return comparison(first, second);
    default:
      return textComparison.test(overload) ? comparison(first, second) : undefined;
  }
}

function comparison(left: Range, right: Range): CallEstimate {
  const max = Math.min(left.max, right.max);
  return { cost: walked({ min: max > 0 ? 1 : 0, max }) };
}
