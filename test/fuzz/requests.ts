/** Arbitrary requests: routes that there are and some that are not, with bodies that fit, nearly fit, or are noise. */
import type { ApiRequest } from '../../sim/api/request.js';
import type { Random } from '../../sim/engine/random.js';

type Json = Readonly<Record<string, unknown>>;

/** A place where objects of a kind can be written, and one that the server takes. */
export interface FuzzedKind {
  readonly path: string;
  readonly body: Json;
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
const contentTypes = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'text/plain',
  '',
];
const accepts = [
  'application/json',
  'application/yaml',
  '*/*',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'text/html',
  'application/;;',
];
const options = [
  'dryRun=All',
  'dryRun=',
  'fieldValidation=Strict',
  'fieldManager=f&force=true',
  'labelSelector=a%3Db',
  'labelSelector=%3D%3D',
  'fieldSelector=metadata.name%3Dx',
  'fieldSelector=spec.nope%3D1',
  'limit=1',
  'limit=-7',
  'continue=abc',
  'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0',
  'watch=1',
  'watch=true&resourceVersion=1',
  'resourceVersion=99999999999',
  'resourceVersion=abc&resourceVersionMatch=Exact',
  'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&watch=1&allowWatchBookmarks=true',
  'gracePeriodSeconds=0',
  'propagationPolicy=Orphan',
  'pretty=true',
  'timeoutSeconds=0',
  'includeObject=Nope',
];
const tails = ['', '', '', '/status', '/scale', '/log', '/exec?command=a', '/binding', '/eviction'];
const strangePaths = [
  '/',
  '/api',
  '/apis',
  '/api/v1',
  '/api/v2/pods',
  '/apis/nope.io/v1/things',
  '/healthz',
  '/readyz?verbose',
  '/version',
  '/metrics',
  '/openapi/v3',
  '/apis/apps/v1/namespaces//deployments',
  '/api/v1/namespaces/a/b/c/d/e',
  '/api/v1/%00/%ff',
  '/api/v1/namespaces/default/pods/%2e%2e/log',
  '//',
  '/api/v1/watch/pods',
  '/api/v1/namespaces/default/services/x:y:z:/proxy/a',
];
const values: readonly unknown[] = [
  null,
  '',
  0,
  -1,
  1e308,
  2 ** 53,
  -0.5,
  true,
  [],
  {},
  [null],
  [[]],
  { a: { b: null } },
  'a'.repeat(300),
  '\u0000\ud800',
  '1Gi',
  '-5m',
  '../..',
  'metadata',
  '2026-01-01T00:00:00Z',
  '{{',
  'self.x == 1',
  '__proto__',
];

/** Draws requests that differ with the seed, and are the same with the same seed. */
export class RequestSource {
  private readonly names = Array.from({ length: 12 }, (_, index) => `f-${index}`);

  constructor(
    private readonly random: Random,
    private readonly kinds: readonly FuzzedKind[],
  ) {}

  next(): ApiRequest {
    const method = this.pick(methods);
    const kind = this.pick(this.kinds);
    const type = this.typeFor(method);
    const headers = {
      accept: this.chance(0.8) ? 'application/json' : this.pick(accepts),
      ...(type !== '' && { 'content-type': type }),
      ...(this.chance(0.02) && { 'impersonate-user': this.pick(['jane', '', 'system:node:n']) }),
    };
    const path = this.path(method, kind);
    if (method === 'GET' || method === 'HEAD') return { method, path, headers };
    return { method, path, headers, body: this.bytes(method, kind, type) };
  }

  private typeFor(method: string): string {
    if (this.chance(0.1)) return this.pick(contentTypes);
    return method === 'PATCH' ? this.pick(contentTypes.slice(3, 7)) : 'application/json';
  }

  private path(method: string, { path }: FuzzedKind): string {
    if (this.chance(0.03)) return this.pick(strangePaths);
    const isWhole = method === 'POST' || this.chance(0.2);
    const tail = isWhole ? '' : `/${this.pick(this.names)}${this.pick(tails)}`;
    const mark = tail.includes('?') ? '&' : '?';
    const query = this.chance(0.3) ? `${mark}${this.pick(options)}` : '';
    return `${path}${tail}${query}`;
  }

  private bytes(method: string, { body }: FuzzedKind, type: string): Uint8Array {
    if (this.chance(0.03)) return this.noise();
    if (type.includes('json-patch')) return encoded(this.operations(body));
    const metadata = { ...(body['metadata'] as Json), name: this.pick(this.names) };
    let object: unknown = method === 'DELETE' ? this.deletion() : { ...body, metadata };
    for (let count = this.random.integer(4); count > 0; count--) object = this.mutated(object);
    const bytes = encoded(object);
    if (!this.chance(0.02)) return bytes;
    return bytes.subarray(0, this.random.integer(bytes.length + 1));
  }

  private deletion(): Json {
    return this.chance(0.5) ? {} : { kind: 'DeleteOptions', apiVersion: 'v1' };
  }

  private noise(): Uint8Array {
    const length = this.random.integer(60);
    const bytes = Uint8Array.from({ length }, () => this.random.integer(256));
    // Some of it begins as protocol buffers do.
    if (length > 4 && this.chance(0.5)) bytes.set([0x6b, 0x38, 0x73, 0x00]);
    return bytes;
  }

  private operations(body: Json): unknown {
    const one = () => ({
      op: this.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'nope']),
      path: this.pointer(body),
      ...(this.chance(0.8) && { value: this.pick(values) }),
      ...(this.chance(0.3) && { from: this.pointer(body) }),
    });
    return Array.from({ length: this.random.integer(3) }, one);
  }

  private pointer(value: unknown): string {
    if (typeof value !== 'object' || value === null || this.chance(0.3)) {
      return this.chance(0.9) ? '' : this.pick(['/-', '/~2', 'x', '/0']);
    }
    const key = this.pick(Object.keys(value).concat('new'));
    return `/${key}${this.pointer((value as Json)[key])}`;
  }

  /** The value with something in it changed, left out, added or repeated. */
  private mutated(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return this.pick(values);
    const keys = Object.keys(value);
    const key = keys.length === 0 ? 'new' : this.pick(keys);
    const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
      ? [...(value as unknown[])]
      : { ...value };
    const record = copy as Record<string, unknown>;
    if (this.chance(0.6) && keys.length > 0) record[key] = this.mutated(record[key]);
    else {
      const how = this.random.integer(3);
      if (how === 0) delete record[key];
      else record[how === 1 ? key : `${key}X`] = this.pick(values);
    }
    return Array.isArray(copy) ? copy.filter(item => item !== undefined) : copy;
  }

  private chance(probability: number): boolean {
    return this.random.float() < probability;
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.random.integer(list.length)] as T;
  }
}

function encoded(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
