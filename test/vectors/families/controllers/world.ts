/** The cluster on which recorded scenarios are replayed: an API server and one kube-controller-manager. */
import type { Identity, Transport } from '../../../../sim/client/contract.js';
import { createProcess } from '../../../../sim/client/runtime.js';
import { Loop } from '../../../../sim/engine/loop.js';
import { Random } from '../../../../sim/engine/random.js';
import { rfc3339Micro } from '../../../../sim/api/time.js';
import type { KubeObject } from '../../../../sim/api/object.js';
import type { ApiAnswer, ApiRequest, Connection, WatchEvent } from '../../../../sim/api/request.js';
import type { ApiServer } from '../../../../sim/server/contract.js';
import { createApiServer } from '../../../../sim/server/index.js';
import { controllersFor, worldNodes } from './flags.js';
import type { Scenario } from './scenario.js';

const admin: Identity = { user: 'admin', groups: ['system:masters', 'system:authenticated'] };
const manager: Identity = {
  user: 'system:kube-controller-manager',
  groups: ['system:authenticated'],
};

/** How long a component's request is under way, and the news of a watch. */
const requestMs = 3;
const watchMs = 1;
/** How long the controllers have to settle before a scenario begins. */
const settleMs = 20_000;
/** How often a node's lease is renewed. */
const renewMs = 10_000;

/** A running cluster, and the hand that acts on it. */
export class World {
  readonly loop: Loop;
  readonly server: ApiServer;
  /** When the scenario begins. */
  readonly beginMs: number;
  /** The nodes whose leases are renewed. */
  private readonly beating: Set<string>;

  constructor(scenario: Scenario, startSecond: number | undefined) {
    const minuteMs = Date.parse('2026-03-02T10:00:00Z');
    this.beginMs = minuteMs + (startSecond ?? 0) * 1000;
    this.loop = new Loop({ startMs: this.beginMs - settleMs });
    const random = new Random(1);
    this.server = createApiServer({ clock: this.loop, random: random.fork('server') });
    this.beating = new Set(worldNodes(scenario));
    for (const name of this.beating) this.mustSend('POST', '/api/v1/nodes', node(name));
    const process = createProcess(
      {
        name: 'kube-controller-manager',
        identity: manager,
        rate: { perSecond: 1000, burst: 1000 },
        controllers: controllersFor(scenario),
      },
      {
        clock: this.loop,
        random: random.fork('processes'),
        connect: identity => this.connect(identity),
      },
    );
    process.start();
    this.renewAll(scenario.needs?.kcmFlags === undefined ? renewMs : 1000);
    const { namespace } = scenario;
    this.mustSend('POST', '/api/v1/namespaces', object('Namespace', namespace));
    this.send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, {
      ...object('ServiceAccount', 'default'),
    });
    this.loop.runUntil(this.beginMs);
  }

  /** Sends a request as the administrator and waits for its answer. */
  send(
    method: ApiRequest['method'],
    path: string,
    body?: unknown,
    contentType?: string,
  ): ApiAnswer {
    let answer: ApiAnswer | undefined;
    const headers = contentType === undefined ? {} : { headers: { 'content-type': contentType } };
    const request = { method, path, ...headers, ...(body !== undefined && { body }) };
    this.server.serve(request, connectionOf(admin), received => (answer = received));
    this.loop.runWhile(() => answer === undefined, this.loop.now() + 60_000);
    if (answer === undefined) throw new Error(`${method} ${path} was never answered`);
    return answer;
  }

  /** The items of a list. */
  list(path: string): readonly KubeObject[] {
    const { status, body } = this.send('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${JSON.stringify(body)}`);
    return (body as { readonly items?: readonly KubeObject[] }).items ?? [];
  }

  /** From now on the leases of these nodes are renewed, or no longer after a last time. */
  heartbeat(nodes: readonly string[], isOn: boolean): void {
    for (const name of nodes) {
      this.renew(name);
      if (isOn) this.beating.add(name);
      else this.beating.delete(name);
    }
  }

  private renewAll(everyMs: number): void {
    this.loop.after(everyMs, 'leases are renewed', () => {
      for (const { metadata } of this.list('/api/v1/nodes')) {
        if (this.beating.has(metadata.name ?? '')) this.renew(metadata.name ?? '');
      }
      this.renewAll(everyMs);
    });
  }

  private renew(name: string): void {
    const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
    const spec = { holderIdentity: name, renewTime: rfc3339Micro(this.loop.now()) };
    const body = { ...object('Lease', name), apiVersion: 'coordination.k8s.io/v1', spec };
    const merge = 'application/merge-patch+json';
    const { status } = this.send('PATCH', `${path}/${name}`, { spec }, merge);
    if (status === 404) this.mustSend('POST', path, body);
  }

  private mustSend(method: ApiRequest['method'], path: string, body: unknown): void {
    const answer = this.send(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  }

  private connect(identity: Identity): Transport {
    const { loop, server } = this;
    const connection = connectionOf(identity);
    return {
      send: (request, done) => {
        loop.after(requestMs, `request of ${identity.user}`, () =>
          // The answer comes when the news of the write does: after it, within the same instant.
          server.serve(request, connection, answer => {
            loop.after(watchMs, `answer to ${identity.user}`, () => done(answer));
          }),
        );
      },
      watch: (request, sink) => {
        let close: (() => void) | undefined;
        let isClosed = false;
        const soon = (action: () => void) =>
          loop.after(watchMs, `watch of ${identity.user}`, () => {
            if (!isClosed) action();
          });
        server.serve(request, connection, answer => {
          const { stream } = answer;
          if (stream === undefined) return soon(() => sink.end(answer));
          return soon(() => {
            close = stream.start({
              item: item => soon(() => sink.event(item as WatchEvent)),
              end: () => soon(() => sink.end()),
            });
          });
        });
        return () => {
          isClosed = true;
          close?.();
        };
      },
    };
  }
}

function connectionOf(identity: Identity): Connection {
  const { user, groups } = identity;
  return { certificate: { user, groups }, omitsManagedFields: identity !== admin };
}

function object(kind: string, name: string): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name } };
}

function node(name: string): KubeObject {
  const capacity = { cpu: '8', memory: '16Gi', pods: '110' };
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'm' }];
  return {
    ...object('Node', name),
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    status: { capacity, allocatable: capacity, conditions },
  };
}
