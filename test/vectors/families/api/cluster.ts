/** A control plane for one scenario: the API server and kube-controller-manager, in virtual time. */
import type { ApiAnswer, ApiRequest, Connection } from '../../../../sim/api/request.js';
import type { KubeObject } from '../../../../sim/api/object.js';
import { createProcess } from '../../../../sim/client/runtime.js';
import type { Identity, Transport } from '../../../../sim/client/contract.js';
import { controllers } from '../../../../sim/controllers/index.js';
import { Loop } from '../../../../sim/engine/loop.js';
import { Random } from '../../../../sim/engine/random.js';
import type { ApiServer, WebhookAnswer, WebhookCall } from '../../../../sim/server/contract.js';
import { createApiServer } from '../../../../sim/server/index.js';
import { openapiDocuments } from '../../../../src/backends/openapi-documents.js';
import type { needsOf } from './scenario.js';

const latencyMs = 1;
const answerMsMax = 120_000;

/** A control plane. */
export interface Cluster {
  readonly loop: Loop;
  readonly server: ApiServer;
  readonly auditEvents: readonly KubeObject[];
  /** Sends a request and runs until its answer is there. */
  send(request: ApiRequest, connection: Connection): ApiAnswer;
}

/** What a control plane is booted with. */
export interface ClusterOptions {
  /** Where its time starts. */
  readonly startMs?: number;
  /** What a scenario needs. */
  readonly needs?: ReturnType<typeof needsOf>;
  readonly callWebhook?: (
    loop: Loop,
    call: WebhookCall,
    done: (answer: WebhookAnswer) => void,
  ) => void;
}

/** Boots a control plane. */
export function bootCluster({ startMs, needs = {}, callWebhook }: ClusterOptions): Cluster {
  const loop = new Loop(startMs === undefined ? {} : { startMs });
  const random = new Random(1);
  const auditEvents: KubeObject[] = [];
  const { apiserverFlags = [], auditPolicy } = needs;
  const server = createApiServer({
    clock: loop,
    random,
    openapi: openapiDocuments,
    settings: { allowPrivileged: apiserverFlags.includes('--allow-privileged=true') },
    ...(callWebhook !== undefined && {
      callWebhook: (call, done) => callWebhook(loop, call, done),
    }),
    ...(auditPolicy !== undefined && {
      auditPolicy: auditPolicy as KubeObject,
      auditReader: { onEvent: event => void auditEvents.push(event) },
    }),
  });
  const manager = createProcess(
    {
      name: 'kube-controller-manager',
      identity: { user: 'system:kube-controller-manager', groups: ['system:authenticated'] },
      rate: { perSecond: 1000, burst: 1000 },
      controllers,
    },
    { clock: loop, random, connect: identity => transportOf(loop, server, identity) },
  );
  impersonateClassically(server);
  manager.start();
  loop.runUntil(loop.now() + 2000);
  return { loop, server, auditEvents, send: sender(loop, server) };
}

/**
 * The administrator of the recorded cluster had acted as others before in a way that only classical
 * impersonation allows, which the server remembers and tries first.
 */
function impersonateClassically(server: ApiServer): void {
  const headers = { 'impersonate-user': 'somebody', 'impersonate-extra-any': 'thing' };
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  server.serve({ method: 'GET', path: '/version', headers }, connection, () => undefined);
}

function sender(loop: Loop, server: ApiServer): Cluster['send'] {
  return (request, connection) => {
    let answer: ApiAnswer | undefined;
    server.serve(request, connection, given => {
      answer = given;
    });
    loop.runWhile(() => answer === undefined, loop.now() + answerMsMax);
    if (answer === undefined) throw new Error('the request was never answered');
    return answer;
  };
}

/** The way of the controllers: they are superusers, as roles are not what these vectors are about. */
function transportOf(loop: Loop, server: ApiServer, { user }: Identity): Transport {
  const connection = {
    certificate: { user, groups: ['system:masters'] },
    omitsManagedFields: true,
  };
  return {
    send(request, done) {
      loop.after(latencyMs, 'request', () => server.serve(request, connection, done));
    },
    watch(request, sink) {
      let close: (() => void) | undefined;
      let isOpen = true;
      loop.after(latencyMs, 'watch', () =>
        server.serve(request, connection, answer => {
          if (!isOpen) return;
          if (answer.stream === undefined) return sink.end(answer);
          close = answer.stream.start({
            item: item =>
              void loop.after(latencyMs, 'event', () => {
                if (isOpen) sink.event(item as Parameters<typeof sink.event>[0]);
              }),
            end: () => void loop.after(latencyMs, 'end', () => isOpen && sink.end()),
          });
        }),
      );
      return () => {
        isOpen = false;
        close?.();
      };
    },
  };
}
