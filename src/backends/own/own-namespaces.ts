/** Moves what a scenario says into namespaces of its own, and what the cluster answers back out of them. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../../sim/api/request.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';

/** Translates between a scenario's namespaces and those of a run: `default` is `<prefix>default`. */
export class OwnNamespaces {
  /** The scenario's names. */
  readonly names: ReadonlySet<string>;

  constructor(
    readonly prefix: string,
    names: readonly string[],
  ) {
    this.names = new Set(names);
  }

  /** As the cluster knows it; names that are not the scenario's stay as they are. */
  outName(name: string): string {
    return this.names.has(name) ? this.prefix + name : name;
  }

  /** A request with its path and body about the run's namespaces. */
  outRequest(request: ApiRequest): ApiRequest {
    const [path = '', query] = request.path.split('?');
    const moved = path.replace(
      /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)\/namespaces\/([^/]+)/,
      (_, root: string, name: string) => `${root}/namespaces/${this.outName(name)}`,
    );
    const { body } = request;
    const isJson = typeof body === 'object' && body !== null && !(body instanceof Uint8Array);
    return {
      ...request,
      path: query === undefined ? moved : `${moved}?${query}`,
      ...(isJson && { body: this.outObject(body) }),
    };
  }

  /** An object, or a part of one, with every namespace that it names moved. */
  outObject<T extends object>(object: T): T {
    const moved = this.outValue(object, '') as T;
    const { kind, metadata } = moved as Partial<KubeObject>;
    if (kind !== 'Namespace' || metadata?.name === undefined) return moved;
    return { ...moved, metadata: { ...metadata, name: this.outName(metadata.name) } };
  }

  /** An answer as the scenario would have it. */
  inAnswer(answer: ApiAnswer): ApiAnswer {
    const { body, stream } = answer;
    if (stream !== undefined || body === undefined || body instanceof Uint8Array) return answer;
    return { ...answer, body: this.inValue(body) };
  }

  /** An entry of the history as the scenario would have it. */
  inEntry(entry: HistoryEntry): HistoryEntry {
    return { ...entry, object: this.inValue(entry.object) as KubeObject };
  }

  /** The prefix is unique, so it means a namespace wherever it stands: in fields, messages and DNS names. */
  inValue(value: unknown): unknown {
    if (typeof value === 'string') return value.replaceAll(this.prefix, '');
    if (Array.isArray(value)) return value.map(item => this.inValue(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.inValue(item)]),
    );
  }

  private outValue(value: unknown, key: string): unknown {
    if (typeof value === 'string') return this.outText(value, key);
    if (Array.isArray(value)) return value.map(item => this.outValue(item, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, this.outValue(item, name)]),
    );
  }

  private outText(text: string, key: string): string {
    const isName =
      key === 'namespace' || key === 'namespaces' || key === 'kubernetes.io/metadata.name';
    if (isName) return this.outName(text);
    // The names by which Services are reached: web.shop.svc, web.shop.svc.cluster.local.
    return text.replace(/(?<=[a-z0-9]\.)([a-z0-9-]+)(?=\.svc\b)/g, (name: string) =>
      this.outName(name),
    );
  }
}
