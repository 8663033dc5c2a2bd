/** The cluster on which operators are replayed: no kubelet, no scheduler, no HPA controller, as recorded. */
import type { KubeObject } from '../../../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../../../sim/api/request.js';
import { createProcess, type Process } from '../../../../sim/client/runtime.js';
import type { ControllerDefinition, ProcessDefinition } from '../../../../sim/client/contract.js';
import { controllers } from '../../../../sim/controllers/index.js';
import { Loop } from '../../../../sim/engine/loop.js';
import { Random } from '../../../../sim/engine/random.js';
import { inProcessConnect } from '../../../../sim/in-process.js';
import { install } from '../../../../sim/install.js';
import { webhookDoor } from '../../../../sim/operators/admission/door.js';
import type { Operator } from '../../../../sim/operators/operator.js';
import type { ApiServer } from '../../../../sim/server/contract.js';
import { createApiServer } from '../../../../sim/server/index.js';
import { defaultLatencies } from '../../../../sim/simulation.js';

const admin = { certificate: { user: 'kubernetes-admin', groups: ['system:masters'] } };
/** Controllers that did not run where the traces were recorded. */
const absent = ['horizontal-pod-autoscaler'];
/** How long operators have to start. */
const startMs = 5_000;
/** No answer is waited for any longer. */
const answerMaxMs = 60_000;

/** A running cluster with operators, and the hand that acts on it. */
export class World {
  readonly loop = new Loop({ startMs: Date.parse('2026-03-02T10:00:00Z') });
  readonly server: ApiServer;

  constructor(operators: readonly { operator: Operator; manifests: readonly KubeObject[] }[]) {
    const { loop } = this;
    const random = new Random(1);
    const processes = new Map<string, Process>();
    const installed = operators.map(({ operator }) => operator);
    this.server = createApiServer({
      clock: loop,
      random: random.fork('server'),
      callWebhook: webhookDoor(installed, {
        clock: loop,
        connect: identity => connect(identity),
        isRunning: name => processes.get(name)?.isRunning ?? false,
      }),
    });
    const connect = inProcessConnect(this.server.serve, loop, defaultLatencies);
    const start = (definition: ProcessDefinition): void => {
      const process = createProcess(definition, { clock: loop, random, connect });
      processes.set(definition.name, process);
      process.start();
    };
    const isPresent = ({ name }: ControllerDefinition) => !absent.includes(name);
    start({
      name: 'kube-controller-manager',
      identity: { user: 'system:kube-controller-manager', groups: ['system:authenticated'] },
      controllers: controllers.filter(isPresent),
    });
    for (const { operator, manifests } of operators) {
      for (const manifest of manifests) install(this.server, loop, manifest);
      start(operator.process);
    }
    loop.runUntil(loop.now() + startMs);
  }

  /** Sends a request as the administrator and waits for its answer. */
  send(method: ApiRequest['method'], path: string, body?: unknown, type?: string): ApiAnswer {
    let answer: ApiAnswer | undefined;
    const headers = type === undefined ? {} : { headers: { 'content-type': type } };
    const request = { method, path, ...headers, ...(body !== undefined && { body }) };
    this.server.serve(request, admin, received => (answer = received));
    this.loop.runWhile(() => answer === undefined, this.loop.now() + answerMaxMs);
    if (answer === undefined) throw new Error(`${method} ${path} was never answered`);
    return answer;
  }

  /** The items of a list; none where the kind is unknown. */
  list(path: string): readonly KubeObject[] {
    const { status, body } = this.send('GET', path);
    if (status === 404) return [];
    if (status !== 200) throw new Error(`GET ${path}: ${JSON.stringify(body)}`);
    return (body as { readonly items?: readonly KubeObject[] }).items ?? [];
  }

  /** Runs until nothing was written for so long, or the bound is met. */
  untilQuiet({ quietMs, boundMs }: { readonly quietMs: number; readonly boundMs: number }): void {
    const { loop, server } = this;
    const endMs = loop.now() + boundMs;
    for (;;) {
      const revision = server.revision();
      loop.runUntil(Math.min(endMs, loop.now() + quietMs));
      if (server.revision() === revision || loop.now() >= endMs) return;
    }
  }
}
