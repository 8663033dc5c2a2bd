/**
 * The agent of a Workflow: it sends the requests of its http templates. What a host outside of the cluster
 * answers is not known: 200, with the text that the annotation `seatrial.dev/result` of the template tells.
 * @upstream workflow/executor/agent.go
 */
import { isHttpResponse, type HttpRequest } from '../../api/http-message.js';
import { isRecord } from '../../api/equality.js';
import type { HasMetadata } from '../../api/object.js';
import { evaluate } from '../../expr/evaluate.js';
import type { Fields } from '../../expr/value.js';
import { ApiWatch } from '../api-watch.js';
import type { ContainerContext, Program, Workload } from '../workload.js';
import { messageOf } from './task-result.js';

/** `argoexec agent init`: it puts the plug-ins' tokens where they find them. */
export const executorAgentInit: Workload = {
  name: 'argoexec-agent-init',
  start(context) {
    context.clock.after(100, 'argoexec agent init', () => context.exit(0));
    return {};
  },
};

/** `argoexec agent main`. */
export const executorAgent: Workload = {
  name: 'argoexec-agent',
  start: context => new Agent(context),
};

interface Task {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly http?: {
    readonly method?: string;
    readonly url?: string;
    readonly body?: string;
    readonly headers?: readonly { readonly name: string; readonly value?: string }[];
    readonly successCondition?: string;
    readonly timeoutSeconds?: number;
  };
  readonly plugin?: object;
}

interface TaskSet extends HasMetadata {
  readonly spec?: { readonly tasks?: Readonly<Record<string, Task>> };
}

interface NodeResult {
  readonly phase: string;
  readonly message?: string;
  readonly outputs?: { readonly result: string };
}

const patchMs = 10_000;
const timeOutMs = 30_000;
const merge = { 'content-type': 'application/merge-patch+json' };

class Agent implements Program {
  private readonly considered = new Set<string>();
  private readonly results = new Map<string, NodeResult>();
  private readonly sets: ApiWatch<TaskSet>;
  private readonly path: string;

  constructor(private readonly context: ContainerContext) {
    const namespace = context.pod.metadata.namespace ?? '';
    this.path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflowtasksets`;
    const name = context.env['ARGO_WORKFLOW_NAME'] ?? '';
    const followed = { path: this.path, query: `fieldSelector=metadata.name=${name}` };
    this.sets = new ApiWatch<TaskSet>(context, followed, () => this.look());
    this.tick();
  }

  ended(): void {
    this.sets.end();
  }

  private look(): void {
    const [set] = this.sets.items();
    if (set === undefined) return this.sets.isFilled ? this.stop() : undefined;
    if (set.metadata.labels?.['workflows.argoproj.io/completed'] === 'true') return this.stop();
    for (const [id, task] of Object.entries(set.spec?.tasks ?? {})) {
      if (this.considered.has(id)) continue;
      this.considered.add(id);
      this.process(id, task);
    }
  }

  private stop(): void {
    this.sets.end();
    this.context.exit(0);
  }

  private process(id: string, { http, metadata }: Task): void {
    if (http === undefined) {
      this.results.set(id, { phase: 'Failed', message: 'no plugin executed the template' });
      return;
    }
    const told = metadata?.annotations?.['seatrial.dev/result'];
    request(this.context, http, told, answer => this.results.set(id, judged(http, answer)));
  }

  private tick(): void {
    this.context.clock.after(patchMs, 'argoexec agent', () => {
      this.tell();
      this.tick();
    });
  }

  private tell(): void {
    if (this.results.size === 0) return;
    const nodes = Object.fromEntries(this.results);
    const name = this.context.env['ARGO_WORKFLOW_NAME'] ?? '';
    const path = `${this.path}/${name}/status`;
    const body = { status: { nodes } };
    this.context.api({ method: 'PATCH', path, headers: merge, body }, answer => {
      if (answer.status < 300) {
        for (const [id, result] of Object.entries(nodes)) {
          if (this.results.get(id) === result) this.results.delete(id);
        }
        return;
      }
      this.context.log(`level=error msg="TaskSet Patch Failed" error=${messageOf(answer)}`);
      if (answer.status === 429 || answer.status >= 500) return;
      const message = `HTTP request completed successfully but an error occurred when patching its result: ${messageOf(answer)}`;
      for (const id of this.results.keys()) this.results.set(id, { phase: 'Error', message });
    });
  }
}

type Answer =
  | { readonly status: number; readonly body: string; readonly headers: Fields }
  | { readonly error: string };

function request(
  { network, clock }: ContainerContext,
  http: NonNullable<Task['http']>,
  told: string | undefined,
  done: (answer: Answer) => void,
): void {
  const { url = '', method = 'GET', body = '', headers = [], timeoutSeconds } = http;
  if (!URL.canParse(url)) {
    return done({ error: `${method} "${url}": unsupported protocol scheme ""` });
  }
  const target = new URL(url);
  const isOutside = network.resolve(target.hostname).length === 0 && isPublic(target.hostname);
  if (isOutside) return done({ status: 200, body: told ?? '', headers: {} });
  const usualPort = target.protocol === 'https:' ? 443 : 80;
  const to = { host: target.hostname, port: target.port === '' ? usualPort : Number(target.port) };
  const message: HttpRequest = {
    protocol: 'http',
    method,
    path: `${target.pathname}${target.search}`,
    body,
    headers: Object.fromEntries(headers.map(({ name, value = '' }) => [name.toLowerCase(), value])),
  };
  let isOver = false;
  const once = (answer: Answer): void => {
    if (isOver) return;
    isOver = true;
    done(answer);
  };
  const name = `${method.charAt(0)}${method.slice(1).toLowerCase()} ${JSON.stringify(url)}`;
  const waitMs = timeoutSeconds === undefined ? timeOutMs : timeoutSeconds * 1000;
  clock.after(waitMs, 'argoexec agent time-out', () =>
    once({ error: `${name}: context deadline exceeded` }),
  );
  network.send(to, message, reply => {
    if (!reply.isOk) return once({ error: `${name}: ${reply.error}` });
    if (isHttpResponse(reply.payload)) {
      const { status, body: text, headers: more = {} } = reply.payload;
      return once({ status, body: text, headers: more });
    }
    const text = isRecord(reply.payload) ? JSON.stringify(reply.payload) : String(reply.payload);
    once({ status: 200, body: text, headers: {} });
  });
}

/** A name of the web: services have no dots, or the cluster's end. */
function isPublic(host: string): boolean {
  return /\.[a-z]{2,}$/i.test(host) && !/\.(?:svc|local|cluster)$/i.test(host);
}

function judged(http: NonNullable<Task['http']>, answer: Answer): NodeResult {
  if ('error' in answer) return { phase: 'Failed', message: answer.error };
  const { status, body, headers } = answer;
  const outputs = { result: body };
  const { successCondition = '', method = 'GET', url = '', body: sent = '' } = http;
  if (successCondition === '') {
    if (status >= 200 && status < 300) return { phase: 'Succeeded', outputs };
    return { phase: 'Failed', message: `received non-2xx response code: ${status}`, outputs };
  }
  const found = evaluate(successCondition, {
    request: { method, url, body: sent },
    response: { statusCode: status, body, headers },
  });
  if ('error' in found) return { phase: 'Failed', message: found.error };
  if (found.value === true) return { phase: 'Succeeded', outputs };
  const message = `successCondition '${successCondition}' evaluated false`;
  return { phase: 'Failed', message, outputs };
}
