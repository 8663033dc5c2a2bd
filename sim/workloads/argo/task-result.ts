/** What the executor tells of its step: an object of its own, which it writes with the pod's account. @upstream workflow/executor/taskresult.go */
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import type { ContainerContext } from '../workload.js';

const path = '/apis/argoproj.io/v1alpha1/namespaces';
const label = 'workflows.argoproj.io';
const merge = { 'content-type': 'application/merge-patch+json' };

/** How long it waits before it tries again what may yet succeed. */
const retryMs = 1000;
const retryMaxMs = 30_000;

/** Writes the result of one step. */
export class TaskResultWriter {
  private isCreated = false;
  /** The first thing that went wrong. */
  problem: string | undefined;

  constructor(private readonly context: ContainerContext) {}

  fail(message: string): void {
    this.problem ??= message;
    this.context.log(
      `time="${new Date(this.context.clock.now()).toISOString()}" level=error msg=${JSON.stringify(`executor error: ${message}`)}`,
    );
  }

  /** An object that is still empty. */
  begin(done: () => void): void {
    this.report({}, done);
  }

  /** Tells what came of the step. */
  report(outputs: object, done: () => void): void {
    const body = Object.keys(outputs).length === 0 ? {} : { outputs };
    if (this.isCreated) return this.send(this.patch(body), done);
    const { env, pod } = this.context;
    const object = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'WorkflowTaskResult',
      metadata: {
        name: this.name,
        labels: {
          [`${label}/workflow`]: env['ARGO_WORKFLOW_NAME'] ?? '',
          [`${label}/report-outputs-completed`]: 'false',
        },
        ownerReferences: [
          {
            ...{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow' },
            name: env['ARGO_WORKFLOW_NAME'] ?? '',
            uid: env['ARGO_WORKFLOW_UID'] ?? '',
          },
        ],
      },
      ...body,
    };
    const namespace = pod.metadata.namespace ?? '';
    const request: ApiRequest = {
      method: 'POST',
      path: `${path}/${namespace}/workflowtaskresults`,
      body: object,
    };
    this.send(request, answer => {
      this.isCreated = answer.status < 300 || answer.status === 409;
      if (answer.status !== 409) return done();
      this.send(this.patch(body), done);
    });
  }

  /** Nothing more will come. */
  finish(done: () => void): void {
    const labels = { [`${label}/report-outputs-completed`]: 'true' };
    this.send(this.patch({ metadata: { labels } }), done);
  }

  private get name(): string {
    return this.context.env['ARGO_NODE_ID'] ?? '';
  }

  private patch(body: object): ApiRequest {
    const namespace = this.context.pod.metadata.namespace ?? '';
    const to = `${path}/${namespace}/workflowtaskresults/${encodeURIComponent(this.name)}`;
    return { method: 'PATCH', path: to, headers: merge, body };
  }

  /** What the server cannot do now is tried again for as long as it takes. */
  private send(request: ApiRequest, done: (answer: ApiAnswer) => void, waitMs = retryMs): void {
    const { context } = this;
    context.api(request, answer => {
      const isTransient = answer.status === 429 || answer.status >= 500;
      if (isTransient) {
        const again = () => this.send(request, done, Math.min(waitMs * 2, retryMaxMs));
        context.clock.after(waitMs, 'argoexec tries again', again);
        return;
      }
      if (answer.status >= 400 && answer.status !== 409) this.fail(messageOf(answer));
      done(answer);
    });
  }
}

/** The message of a refusal. */
export function messageOf({ body, status }: ApiAnswer): string {
  const message = (body as { readonly message?: string } | undefined)?.message;
  return message ?? (typeof body === 'string' ? body : `the server answered ${status}`);
}

/** Ends the executor: with what went wrong, if anything did. @upstream cmd/argoexec/main.go */
export function endExecutor(context: ContainerContext, problem: string | undefined): void {
  if (problem === undefined) return context.exit(0);
  context.terminationMessage(problem);
  context.log(problem);
  context.exit(64);
}
