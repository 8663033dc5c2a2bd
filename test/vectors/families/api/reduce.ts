/** Cuts an answer down to what the expectation speaks of. */
import type { Expectation } from './scenario.js';

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** In this order: `cutLines`, `decodeToken`, `pick`, `view`, and the order of causes that is random upstream. */
export function reduceBody(expect: Partial<Expectation>, body: unknown): unknown {
  let reduced = body;
  if (typeof body === 'string' && typeof expect.body === 'object') reduced = JSON.parse(body);
  if (expect.cutLines !== undefined && typeof reduced === 'string') {
    const cut = new RegExp(expect.cutLines);
    reduced = reduced
      .split('\n')
      .filter(line => !cut.test(line))
      .join('\n');
  }
  if (expect.decodeToken === true) reduced = decodeToken(reduced as Json);
  if (expect.pick !== undefined) reduced = pick(reduced, expect.pick);
  if (expect.view !== undefined) reduced = view(reduced, expect.view);
  return sortCauses(reduced, expect.body);
}

interface Cause {
  readonly field?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Causes whose order is random upstream are expected sorted: conflicts of field managers, and `causesSorted`. */
function sortCauses(body: unknown, want: unknown): unknown {
  if (!isObject(body) || !isObject(body['details'])) return body;
  const causes = body['details']['causes'] as readonly Cause[] | undefined;
  if (causes === undefined) return body;
  if (isObject(want) && want['causesSorted'] !== undefined) {
    const texts = causes.map(({ field, reason, message }) => `${field} | ${reason} | ${message}`);
    return { ...body, causesSorted: texts.sort() };
  }
  if (!causes.every(({ reason }) => reason === 'FieldManagerConflict')) return body;
  const key = ({ message, field }: Cause) => `${message} ${field}`;
  const sorted = [...causes].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return { ...body, details: { ...body['details'], causes: sorted } };
}

function decoded(part: string, encoding: 'base64' | 'base64url'): string {
  return Buffer.from(part, encoding).toString();
}

/** Adds the header and the claims of an issued token, with times relative to `iat`. */
function decodeToken(body: Json): unknown {
  if (body['kind'] === 'Secret') {
    const token = decoded((body['data'] as { token: string }).token, 'base64');
    const claims = JSON.parse(decoded(token.split('.')[1] ?? '', 'base64url')) as Json;
    return { ...body, token, claims };
  }
  if (body['kind'] !== 'TokenRequest') return body;
  const status = body['status'] as { readonly token: string };
  const [header, claims] = status.token
    .split('.')
    .slice(0, 2)
    .map(part => JSON.parse(decoded(part, 'base64url')) as Record<string, unknown>);
  if (claims === undefined) return body;
  const iat = Number(claims['iat']);
  const relative = (time: unknown) =>
    time === undefined ? undefined : `iat+${Number(time) - iat}`;
  const kubernetes = { ...(claims['kubernetes.io'] as Record<string, unknown>) };
  if (kubernetes['warnafter'] !== undefined) {
    kubernetes['warnafter'] = relative(kubernetes['warnafter']);
  }
  const shown = {
    ...claims,
    exp: relative(claims['exp']),
    nbf: relative(claims['nbf']),
    'kubernetes.io': kubernetes,
  };
  return { ...body, status: { ...status, header, claims: shown } };
}

/** Reduces a body to dotted paths, arrays mapped over. Failure Statuses are never reduced. */
export function pick(body: unknown, paths: readonly string[]): unknown {
  if (!isObject(body) || (body['kind'] === 'Status' && body['status'] === 'Failure')) return body;
  const tree: Tree = {};
  for (const path of paths) {
    let node = tree;
    for (const key of path.split('.')) node = (node[key] ??= {}) as Tree;
    node['*'] = true;
  }
  return pickIn(body, tree);
}

interface Tree {
  [key: string]: Tree | true;
}

function pickIn(value: unknown, node: Tree): unknown {
  if (node['*'] === true) return value;
  if (Array.isArray(value)) return value.map(item => pickIn(item, node));
  if (!isObject(value)) return undefined;
  const kept: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const below = node[key];
    const picked = below === undefined || below === true ? undefined : pickIn(item, below);
    if (picked !== undefined) kept[key] = picked;
  }
  return kept;
}

interface Each {
  readonly $each?: string;
  readonly $where?: Readonly<Record<string, string>>;
  readonly $of?: unknown;
  readonly $keys?: string;
  readonly $count?: string;
}

/** What an expectation looks at, instead of the whole body: see the README of the vectors. */
export function view(body: unknown, what: unknown): unknown {
  if (typeof what === 'string') return valueAt(body, what === '' ? [] : what.split('.')) ?? null;
  if (Array.isArray(what)) return what.map(part => view(body, part));
  const { $each, $where = {}, $of, $keys, $count } = what as Each;
  if ($keys !== undefined) return Object.keys((view(body, $keys) ?? {}) as object).sort();
  if ($count !== undefined) return ((view(body, $count) ?? []) as readonly unknown[]).length;
  if ($each === undefined) {
    const entries = Object.entries(what as Json);
    return Object.fromEntries(entries.map(([key, part]) => [key, view(body, part)]));
  }
  const items = (view(body, $each) ?? []) as readonly unknown[];
  return items
    .filter(item =>
      Object.entries($where).every(([path, regex]) =>
        new RegExp(regex).test(String(view(item, path))),
      ),
    )
    .map(item => view(item, $of));
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  const [first, ...rest] = keys;
  if (first === undefined) return value;
  if (Array.isArray(value) && !/^\d+$/.test(first)) {
    return value.map(item => valueAt(item, keys) ?? null);
  }
  const below = (value as Json | null | undefined)?.[first];
  return valueAt(below, rest);
}
