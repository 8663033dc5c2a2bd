/** A server outside that takes part in decisions: what it is asked, and how its answers are read. @upstream pkg/scheduler/extender.go */
import type { Node, Pod } from '../api/kinds/core.js';
import { isRecord } from '../api/equality.js';
import { parseDuration } from '../api/duration.js';
import type { Consultation } from '../client/contract.js';
import type { ExtenderDocument } from './configuration.js';
import type { Candidate } from './framework.js';
import { NodeInfo } from './node-info.js';
import type { NodeSnapshot } from './snapshot.js';

/** A question to an extender's server. */
export interface ExtenderCall {
  readonly url: string;
  readonly timeoutMs: number;
  readonly body: unknown;
  readonly tls?: ExtenderDocument['tlsConfig'];
}

/** What came of it: a status and a text, or an error in Go's words. */
export type ExtenderAnswer =
  | { readonly isOk: true; readonly code: number; readonly body: string }
  | { readonly isOk: false; readonly error: string };

/** Asks a server outside; `done` is called once. */
export type CallExtender = (call: ExtenderCall, done: (answer: ExtenderAnswer) => void) => void;

/** Steps in which servers outside are waited for. */
export type Consulting<T> = Generator<Consultation, T, unknown>;

/** An error in place of a result. */
export interface Failure {
  readonly error: string;
}

/** What an extender's filter leaves, and why not the others. */
export interface Filtered {
  readonly nodes: readonly NodeInfo[];
  readonly failed: Readonly<Record<string, string>>;
  readonly unresolvable: Readonly<Record<string, string>>;
}

/** How long an answer may take unless the configuration says. @upstream DefaultExtenderTimeout */
const defaultTimeoutMs = 5_000;

/** One extender of the configuration. */
export class Extender {
  readonly isIgnorable: boolean;
  readonly filters: boolean;
  readonly prioritizes: boolean;
  readonly preempts: boolean;
  readonly binds: boolean;
  readonly weight: number;

  constructor(
    private readonly document: ExtenderDocument,
    private readonly call: CallExtender | undefined,
  ) {
    this.isIgnorable = document.ignorable === true;
    this.filters = (document.filterVerb ?? '') !== '';
    this.prioritizes = (document.prioritizeVerb ?? '') !== '';
    this.preempts = (document.preemptVerb ?? '') !== '';
    this.binds = (document.bindVerb ?? '') !== '';
    this.weight = document.weight ?? 0;
  }

  /** Whether the pod asks for one of the resources that the extender manages, if it manages any. */
  isInterested({ spec }: Pod): boolean {
    const managed = (this.document.managedResources ?? []).map(({ name = '' }) => name);
    if (managed.length === 0) return true;
    return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(
      ({ resources: { requests = {}, limits = {} } = {} }) =>
        managed.some(name => name in requests || name in limits),
    );
  }

  *filter(pod: Pod, nodes: readonly NodeInfo[]): Consulting<Filtered | Failure> {
    const told = yield* this.send(this.document.filterVerb ?? '', this.argumentsOf(pod, nodes));
    if ('error' in told) return told;
    const error = field(told.result, 'error');
    if (typeof error === 'string' && error !== '') return { error };
    const left = this.leftIn(told.result, new Map(nodes.map(node => [node.name, node])));
    if ('error' in left) return left;
    return {
      nodes: left.nodes,
      failed: texts(field(told.result, 'failedNodes')),
      unresolvable: texts(field(told.result, 'failedAndUnresolvableNodes')),
    };
  }

  /** The scores by node; none where the server cannot be asked: the others decide then. */
  *prioritize(pod: Pod, nodes: readonly NodeInfo[]): Consulting<ReadonlyMap<string, number>> {
    const told = yield* this.send(this.document.prioritizeVerb ?? '', this.argumentsOf(pod, nodes));
    const scores = new Map<string, number>();
    if ('error' in told || !Array.isArray(told.result)) return scores;
    for (const each of told.result as readonly unknown[]) {
      const host = field(each, 'host');
      const score = field(each, 'score');
      if (typeof host === 'string' && typeof score === 'number') scores.set(host, score);
    }
    return scores;
  }

  /** The candidates that are left, perhaps with other victims. */
  *preempt(
    pod: Pod,
    candidates: readonly Candidate[],
    snapshot: NodeSnapshot,
  ): Consulting<readonly Candidate[] | Failure> {
    const told = yield* this.send(this.document.preemptVerb ?? '', {
      Pod: pod,
      ...this.victimsOf(candidates),
    });
    if ('error' in told) return told;
    const kept: Candidate[] = [];
    for (const [node, victims] of Object.entries(
      record(field(told.result, 'nodeNameToMetaVictims')),
    )) {
      if (snapshot.get(node) === undefined) {
        return { error: `nodeinfo not found for node name "${node}"` };
      }
      const uids = list(field(victims, 'pods')).map(each => String(field(each, 'uid') ?? ''));
      const found = uids.map(uid => snapshot.get(node)?.pods.find(each => each.uid === uid));
      const pods = found.filter(each => each !== undefined);
      if (pods.length < uids.length) {
        const missing = uids[found.indexOf(undefined)] ?? '';
        const what = `claims to preempt pod (UID: &{${missing}}) on node: ${node}, but the pod is not found on that node`;
        return { error: `extender: ${this.document.urlPrefix ?? ''} ${what}` };
      }
      const violations = field(victims, 'numPDBViolations');
      if (pods.length > 0) {
        const pdbViolations = typeof violations === 'number' ? violations : 0;
        kept.push({ node, victims: pods, pdbViolations });
      } else if (!this.isIgnorable) {
        return { error: `expected at least one victim pod on node "${node}"` };
      }
    }
    return kept;
  }

  /** Leaves the binding to the server; the text is why it failed. */
  *bind(pod: Pod, node: string): Consulting<string | undefined> {
    const { name: PodName, namespace: PodNamespace, uid: PodUID } = pod.metadata;
    const body = { PodName, PodNamespace, PodUID, Node: node };
    const told = yield* this.send(this.document.bindVerb ?? '', body);
    if ('error' in told) return told.error;
    const error = field(told.result, 'error');
    return typeof error === 'string' && error !== '' ? error : undefined;
  }

  private argumentsOf(Pod: Pod, nodes: readonly NodeInfo[]): object {
    if (this.document.nodeCacheCapable === true) {
      return { Pod, Nodes: null, NodeNames: nodes.map(({ name }) => name) };
    }
    const items = nodes.map(({ node }) => node);
    return { Pod, Nodes: { metadata: {}, items }, NodeNames: null };
  }

  private victimsOf(candidates: readonly Candidate[]): object {
    if (this.document.nodeCacheCapable === true) {
      const meta = candidates.map(({ node, victims, pdbViolations: NumPDBViolations }) => [
        node,
        { Pods: victims.map(({ uid: UID }) => ({ UID })), NumPDBViolations },
      ]);
      return { NodeNameToVictims: null, NodeNameToMetaVictims: Object.fromEntries(meta) as object };
    }
    const whole = candidates.map(({ node, victims, pdbViolations: NumPDBViolations }) => [
      node,
      { Pods: victims.map(({ pod }) => pod), NumPDBViolations },
    ]);
    return { NodeNameToVictims: Object.fromEntries(whole) as object, NodeNameToMetaVictims: null };
  }

  /** Which of the known nodes an answer leaves. */
  private leftIn(
    result: unknown,
    known: ReadonlyMap<string, NodeInfo>,
  ): { readonly nodes: readonly NodeInfo[] } | Failure {
    const names = field(result, 'nodeNames');
    const isByName = this.document.nodeCacheCapable === true && Array.isArray(names);
    const items = list(field(field(result, 'nodes'), 'items')) as readonly Node[];
    const nodes: NodeInfo[] = [];
    for (const each of isByName ? names.map(String) : items) {
      const name = typeof each === 'string' ? each : (each.metadata.name ?? '');
      const node = known.get(name);
      if (node === undefined) {
        const what = `claims a filtered node "${name}" which is not found in the input node list`;
        return { error: `extender "${this.document.urlPrefix ?? ''}" ${what}` };
      }
      nodes.push(typeof each === 'string' ? node : answeredNode(each, node));
    }
    return { nodes };
  }

  private *send(verb: string, body: unknown): Consulting<{ readonly result: unknown } | Failure> {
    const { urlPrefix = '', httpTimeout = '', tlsConfig, enableHTTPS } = this.document;
    const url = `${urlPrefix.replace(/\/+$/, '')}/${verb}`;
    const { call } = this;
    if (call === undefined) {
      return { error: `Post "${url}": nobody outside of the simulation can be asked` };
    }
    let answer: ExtenderAnswer | undefined;
    // Without a CA upstream does not verify the server.
    const tls = { ...tlsConfig, ...(tlsConfig?.caData === undefined && { insecure: true }) };
    const asked: ExtenderCall = {
      url,
      timeoutMs: timeoutOf(httpTimeout),
      body,
      ...(enableHTTPS === true && { tls }),
    };
    yield {
      consult: done =>
        call(asked, given => {
          answer = given;
          done();
        }),
    };
    if (answer === undefined) return { error: `Post "${url}": EOF` };
    return resultOf(answer, verb, url);
  }
}

/** A node as it came back is scored as if nobody were on it: upstream makes it anew from the answer. */
function answeredNode(answered: Node, { rank }: NodeInfo): NodeInfo {
  const node = new NodeInfo(answered);
  node.rank = rank;
  return node;
}

function resultOf(
  answer: ExtenderAnswer,
  verb: string,
  url: string,
): { readonly result: unknown } | Failure {
  if (!answer.isOk) return { error: `Post "${url}": ${answer.error}` };
  if (answer.code !== 200) {
    return { error: `failed ${verb} with extender at URL ${url}, code ${answer.code}` };
  }
  if (answer.body === '') return { error: 'EOF' };
  try {
    return { result: JSON.parse(answer.body) as unknown };
  } catch {
    return { error: `invalid JSON from extender at URL ${url}` };
  }
}

function timeoutOf(text: string): number {
  const parsed = parseDuration(text);
  const timeoutMs = parsed.isOk ? parsed.value / 1e6 : 0;
  return timeoutMs > 0 ? timeoutMs : defaultTimeoutMs;
}

/** A field as Go's decoder finds it: whatever the case of its letters. */
function field(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined;
  const key = Object.keys(value).find(each => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : value[key];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(record(value)).map(([name, text]) => [name, String(text)]),
  );
}
