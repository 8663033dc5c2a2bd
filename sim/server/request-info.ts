/**
 * Reads from a request's method and path what it asks for.
 * @upstream apiserver/pkg/endpoints/request/requestinfo.go
 */

/** What a request asks for, as authorization, audit and admission name it. */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  /** The path without its query. */
  readonly path: string;
  /** The query without `?`. */
  readonly query: string;
  /** get, list, watch, create, update, patch, delete, deletecollection; else the method in lower case. */
  readonly verb: string;
  /** `api`, `apis`, or '' */
  readonly prefix: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** The segments from the resource on. */
  readonly parts: readonly string[];
  /** Whether the deprecated `/watch/` form of the path was used. */
  readonly isWatchPath: boolean;
}

const verbsOfMethods: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
const namespaceSubresources = new Set(['status', 'finalize']);

/** So many paths are remembered of a method; then all are forgotten. */
const rememberedMax = 4_096;
const remembered = new Map<string, Map<string, RequestInfo>>();

/** Reads method and path (with its query). The same are asked for again and again, so they are remembered. */
export function requestInfo(method: string, fullPath: string): RequestInfo {
  let ofMethod = remembered.get(method);
  if (ofMethod === undefined) remembered.set(method, (ofMethod = new Map()));
  let info = ofMethod.get(fullPath);
  if (info === undefined) {
    info = readInfo(method, fullPath);
    if (ofMethod.size >= rememberedMax) ofMethod.clear();
    ofMethod.set(fullPath, info);
  }
  return info;
}

function readInfo(method: string, fullPath: string): RequestInfo {
  const question = fullPath.indexOf('?');
  const path = question < 0 ? fullPath : fullPath.slice(0, question);
  const query = question < 0 ? '' : fullPath.slice(question + 1);
  const segments = splitPath(path);
  const base = { path, query, verb: method.toLowerCase() };
  const prefix = segments[0] ?? '';
  const isCore = prefix === 'api';
  if (segments.length < (isCore ? 3 : 4) || (!isCore && prefix !== 'apis')) {
    return otherRequest(base, segments);
  }
  const group = isCore ? '' : (segments[1] ?? '');
  const version = segments[isCore ? 1 : 2] ?? '';
  return resourceRequest(
    { method, path, query, prefix, group, version },
    segments.slice(isCore ? 2 : 3),
  );
}

/** `/api/v1` and the like are no resource requests, but their group and version are known. */
function otherRequest(
  base: { readonly path: string; readonly query: string; readonly verb: string },
  segments: readonly string[],
): RequestInfo {
  const prefix = segments[0] ?? '';
  const isApi = prefix === 'api' || prefix === 'apis';
  return {
    ...base,
    isResourceRequest: false,
    prefix: isApi ? prefix : '',
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: [],
    isWatchPath: false,
  };
}

function resourceRequest(
  request: {
    readonly method: string;
    readonly path: string;
    readonly query: string;
    readonly prefix: string;
    readonly group: string;
    readonly version: string;
  },
  after: readonly string[],
): RequestInfo {
  const { method, path, query, prefix, group, version } = request;
  const isWatchPath = after[0] === 'watch' && after.length > 1;
  const rest = isWatchPath ? after.slice(1) : after;
  const isInNamespace = rest[0] === 'namespaces' && rest.length > 1;
  const namespace = isInNamespace ? (rest[1] ?? '') : '';
  const parts =
    isInNamespace && rest.length > 2 && !namespaceSubresources.has(rest[2] ?? '')
      ? rest.slice(2)
      : rest;
  const name = parts[1] ?? '';
  const nameOfList = name === '' && query !== '' ? nameInFieldSelector(query) : '';
  return {
    isResourceRequest: true,
    path,
    query,
    verb: isWatchPath ? 'watch' : verbOf(method, name, query),
    prefix,
    group,
    version,
    namespace,
    resource: parts[0] ?? '',
    subresource: parts[2] ?? '',
    name: name === '' ? nameOfList : name,
    parts,
    isWatchPath,
  };
}

function verbOf(method: string, name: string, query: string): string {
  const verb = verbsOfMethods[method] ?? '';
  if (name !== '') return verb;
  if (verb === 'get') return isWatch(query) ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/** Any value of `watch` but false and 0 asks for a watch. */
function isWatch(query: string): boolean {
  if (!query.includes('watch')) return false;
  const value = new URLSearchParams(query).get('watch');
  return value !== null && value !== 'false' && value !== '0';
}

function nameInFieldSelector(query: string): string {
  if (!query.includes('fieldSelector')) return '';
  const selector = new URLSearchParams(query).get('fieldSelector') ?? '';
  const match = /(?:^|,)metadata\.name==?([^,!=]+)(?:,|$)/.exec(selector);
  return match?.[1] ?? '';
}

const slash = 0x2f;

/** The segments of a path, decoded; a trailing slash adds none. */
export function splitPath(path: string): string[] {
  let start = 0;
  let end = path.length;
  while (start < end && path.charCodeAt(start) === slash) start++;
  while (end > start && path.charCodeAt(end - 1) === slash) end--;
  if (start === end) return [];
  const trimmed = path.slice(start, end);
  return trimmed.includes('%') ? splitDecoded(decodedPath(trimmed)) : trimmed.split('/');
}

/** Go splits what is decoded: an escaped slash is a slash. */
function splitDecoded(path: string): string[] {
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? [] : trimmed.split('/');
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
