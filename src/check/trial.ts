/** Asks a fresh simulated API server to take the manifests, and pods of each template: its word is a finding. */
import { isRecord } from '../../sim/api/equality.js';
import type { ApiAnswer, ApiRequest, Connection } from '../../sim/api/request.js';
import type { KubeObject } from '../../sim/api/object.js';
import { invariant } from '../../sim/engine/invariant.js';
import { Loop } from '../../sim/engine/loop.js';
import { Random } from '../../sim/engine/random.js';
import { conversionDoor } from '../../sim/operators/admission/door.js';
import { operators } from '../../sim/operators/index.js';
import { operatorsFor } from '../backends/operators-for.js';
import { createApiServer } from '../../sim/server/index.js';
import { KindBook, servedPath, type ServedKind } from './kind-book.js';
import type { Entry } from './entry.js';
import type { FieldPath } from '../input/located.js';
import { complaintsOf, type Cause } from '../input/refusal.js';
import type { PodTemplate } from './pod-template.js';
import { standInDefinitions } from './stand-in-definitions.js';

/** What the server said. */
export interface Trial {
  readonly refusals: readonly Refusal[];
  readonly warnings: readonly { readonly entry: Entry; readonly message: string }[];
  /** Objects of kinds that nobody defines, which are not stored. */
  readonly unserved: readonly Entry[];
  /** Objects of kinds that nobody defines, which are stored as they are. */
  readonly undefinedKinds: ReadonlySet<Entry>;
  /** Where a kind is served instead: `apps/v1`. */
  servedElsewhere(entry: Entry): string | undefined;
  /** The names of all kinds that are served. */
  readonly builtInKinds: readonly string[];
  /** Pods that would be refused when their owners make them. */
  readonly podRefusals: readonly PodRefusal[];
}

/** An object that the server does not take. */
export interface Refusal {
  readonly entry: Entry;
  readonly path: FieldPath;
  readonly message: string;
  /** What to do, where it is known. */
  readonly next?: string;
}

/** A pod that the server does not take. */
export interface PodRefusal {
  readonly template: PodTemplate;
  readonly message: string;
}

const admin = { certificate: { user: 'kubernetes-admin', groups: ['system:masters'] } };
/** What we make ourselves needs no strict reading. */
const installer = { ...admin, omitsManagedFields: true };

/** Definitions are served a moment after they were stored. */
const answerMaxMs = 60_000;

/** Tries them all; equal input gives equal answers. */
export function tryOnServer(entries: readonly Entry[], templates: readonly PodTemplate[]): Trial {
  const server = new ScratchServer();
  const kinds = new KindBook(request => server.ask(request));
  const ownCrds = new Set(entries.filter(isDefinition).map(({ name }) => name));
  for (const crd of modelledDefinitions(entries)) {
    if (!ownCrds.has(crd.metadata.name ?? '')) server.create(crd, kinds);
  }
  const standIns = standInDefinitions(entries);
  for (const crd of standIns.definitions) server.create(crd, kinds);
  server.wait();
  server.prepare(entries, templates, kinds);
  const refusals: Refusal[] = [];
  const warnings: { entry: Entry; message: string }[] = [];
  const unserved: Entry[] = [];
  const seen = new Set<string>();
  for (const entry of inOrder(entries)) {
    const served = kinds.find(entry.apiVersion, entry.kind);
    if (served === undefined) {
      unserved.push(entry);
      continue;
    }
    const key = `${entry.group} ${entry.title}`;
    if (entry.name !== '' && seen.has(key)) continue;
    seen.add(key);
    const answer = server.apply(entry.manifest.object, served);
    warnings.push(...(answer.warnings ?? []).map(message => ({ entry, message })));
    if (answer.status >= 300 && !isThere(answer)) refusals.push(...refusalsOf(entry, answer));
    if (isDefinition(entry)) server.wait();
  }
  const podRefusals = server.tryPods(templates, kinds);
  return {
    refusals,
    warnings,
    unserved,
    undefinedKinds: standIns.entries,
    podRefusals,
    builtInKinds: kinds.names(),
    servedElsewhere: ({ kind }) => kinds.elsewhere(kind),
  };
}

class ScratchServer {
  private readonly loop = new Loop();
  private readonly server = createApiServer({
    clock: this.loop,
    random: new Random(0).fork('check'),
    settings: { allowPrivileged: true },
    // Nobody runs here, and yet objects may stand in an older version than the stored one.
    callWebhook: conversionDoor(Object.values(operators)),
  });

  ask(request: ApiRequest, as: Connection = installer): ApiAnswer {
    let answer: ApiAnswer | undefined;
    this.server.serve(request, as, given => {
      answer = given;
    });
    const untilMs = this.loop.now() + answerMaxMs;
    this.loop.runWhile(() => answer === undefined, untilMs);
    invariant(answer !== undefined, `${request.method} ${request.path} is answered`);
    return answer;
  }

  /** Lets what was defined be served. */
  wait(): void {
    this.loop.runUntil(this.loop.now() + 1_000);
  }

  /** Creates it as kubectl would: unknown fields are refused. */
  apply(object: KubeObject, served: ServedKind): ApiAnswer {
    const { namespace = 'default' } = object.metadata;
    const path = `${servedPath(served, namespace)}?fieldValidation=Strict`;
    return this.ask({ method: 'POST', path, body: object }, admin);
  }

  private post(object: KubeObject, served: ServedKind, query = ''): ApiAnswer {
    const { namespace = 'default' } = object.metadata;
    const path = `${servedPath(served, namespace)}?${query}`;
    return this.ask({ method: 'POST', path, body: object });
  }

  create(object: KubeObject, kinds: KindBook): void {
    const served = kinds.find(object.apiVersion ?? '', object.kind ?? '');
    if (served !== undefined) this.post(object, served);
  }

  /** Namespaces, accounts and classes that are named are taken to be there: other rules ask about them. */
  prepare(entries: readonly Entry[], templates: readonly PodTemplate[], kinds: KindBook): void {
    const namespaces = new Set(entries.map(({ namespace }) => namespace));
    const given = new Set(entries.filter(isNamespace).map(({ name }) => name));
    for (const name of [...namespaces].filter(each => !given.has(each))) {
      this.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, kinds);
    }
    for (const { manifest, ...entry } of entries.filter(isNamespace)) {
      if (!entry.isBroken) this.create(manifest.object, kinds);
    }
    const accounts = new Map<string, KubeObject['metadata']>();
    for (const { namespace, spec } of templates) {
      const name = spec.serviceAccountName || spec.serviceAccount || 'default';
      accounts.set(`${namespace}/${name}`, { namespace, name });
    }
    for (const metadata of accounts.values()) {
      this.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata }, kinds);
    }
    const inputs = new Set(entries.filter(({ kind }) => kind === 'PriorityClass').map(e => e.name));
    const classes = new Set(templates.map(({ spec }) => spec.priorityClassName ?? ''));
    for (const name of [...classes].filter(each => each !== '' && !inputs.has(each))) {
      const apiVersion = 'scheduling.k8s.io/v1';
      this.create({ apiVersion, kind: 'PriorityClass', metadata: { name }, value: 0 }, kinds);
    }
    const runtimes = new Set(templates.map(({ spec }) => spec.runtimeClassName ?? ''));
    const givenRuntimes = new Set(
      entries.filter(({ kind }) => kind === 'RuntimeClass').map(({ name }) => name),
    );
    for (const name of [...runtimes].filter(each => each !== '' && !givenRuntimes.has(each))) {
      const object = { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name } };
      this.create({ ...object, handler: 'any' }, kinds);
    }
  }

  /** Quotas count from zero: what one pod alone may not have. */
  tryPods(templates: readonly PodTemplate[], kinds: KindBook): PodRefusal[] {
    const pods = kinds.find('v1', 'Pod');
    invariant(pods !== undefined, 'pods are served');
    this.countQuotas();
    return templates.flatMap(template => {
      const { namespace, labels, annotations, spec } = template;
      const metadata = { generateName: 'check-', namespace, labels, annotations };
      const answer = this.post(
        { apiVersion: 'v1', kind: 'Pod', metadata, spec },
        pods,
        'dryRun=All',
      );
      const { message } = answer.body as Status;
      return answer.status < 300 || message === undefined ? [] : [{ template, message }];
    });
  }

  /** What the quota controller would write. */
  private countQuotas(): void {
    const list = this.ask({ method: 'GET', path: '/api/v1/resourcequotas' });
    const { items = [] } = list.body as { readonly items?: readonly KubeObject[] };
    for (const { metadata, spec } of items) {
      const { hard = {} } = (spec ?? {}) as { readonly hard?: Readonly<Record<string, string>> };
      const used = Object.fromEntries(Object.keys(hard).map(name => [name, '0']));
      this.ask({
        method: 'PATCH',
        path: `/api/v1/namespaces/${metadata.namespace ?? ''}/resourcequotas/${metadata.name ?? ''}/status`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { status: { hard, used } },
      });
    }
  }
}

interface Status {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly Cause[] };
}

const isThere = ({ status, body }: ApiAnswer): boolean =>
  status === 409 && (body as Status).reason === 'AlreadyExists';

/** Each complaint by itself, where it is. */
function refusalsOf(entry: Entry, { body, status }: ApiAnswer): Refusal[] {
  const { message = `status ${status}`, details } = isRecord(body) ? (body as Status) : {};
  const { object } = entry.manifest;
  const complaints = complaintsOf(object, { message, causes: details?.causes ?? [] });
  if (complaints.length === 0) return [{ entry, path: [], message }];
  return complaints.map(complaint => ({ entry, ...complaint }));
}

const isNamespace = ({ kind, group }: Entry): boolean => kind === 'Namespace' && group === '';
const isDefinition = ({ kind, group }: Entry): boolean =>
  kind === 'CustomResourceDefinition' && group === 'apiextensions.k8s.io';

/** Definitions first, then what governs others, what would call servers that are not there last. */
function inOrder(entries: readonly Entry[]): Entry[] {
  const rank = (entry: Entry): number => {
    if (isDefinition(entry)) return 0;
    if (isNamespace(entry)) return 1;
    if (entry.group === 'admissionregistration.k8s.io')
      return entry.kind.includes('Policy') ? 2 : 9;
    return entry.kind === 'APIService' ? 9 : 5;
  };
  return [...entries].sort((a, b) => rank(a) - rank(b));
}

/** The definitions of the modelled operators that the entries need: schemas take time to read. */
function modelledDefinitions(entries: readonly Entry[]): readonly KubeObject[] {
  return [...new Set(operatorsFor(entries))]
    .flatMap(name => operators[name]?.manifests() ?? [])
    .filter(({ kind }) => kind === 'CustomResourceDefinition');
}
