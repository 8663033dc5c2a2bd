/** What a driver asks of the API server, in the name of its service account. */
import type { Pod } from '../../api/kinds/core.js';
import type { ApiAnswer, ApiRequest, WatchEvent } from '../../api/request.js';
import type { ContainerContext } from '../workload.js';

/** What came of it: the object, or why there is none. */
export type DriverAnswer =
  | { readonly isOk: true; readonly body: unknown }
  | { readonly isOk: false; readonly error: string };

/** Hears of the executors' pods. */
export interface PodListener {
  /** All that there are; what was known before and is not among them is gone. */
  all(pods: readonly Pod[]): void;
  changed(pod: Pod): void;
  gone(pod: Pod): void;
  refused(error: string): void;
}

const again = 1_000;

/** Speaks to the API server as Spark's client does. */
export class DriverApi {
  private closeStream: (() => void) | undefined;

  constructor(
    private readonly context: ContainerContext,
    private readonly namespace: string,
  ) {}

  path(resource: string, name?: string): string {
    const own = name === undefined ? '' : `/${name}`;
    return `/api/v1/namespaces/${this.namespace}/${resource}${own}`;
  }

  ask(request: ApiRequest, done: (answer: DriverAnswer) => void): void {
    this.context.api(request, answer => done(told(request, answer)));
  }

  /** Deletes all of a resource that have these labels. */
  removeAll(resource: string, labelSelector: string, done: (answer: DriverAnswer) => void): void {
    const query = new URLSearchParams({ labelSelector }).toString();
    this.ask({ method: 'DELETE', path: `${this.path(resource)}?${query}` }, done);
  }

  /** Lists, and then watches for as long as the program runs. */
  watchPods(labelSelector: string, listener: PodListener): void {
    const path = `${this.path('pods')}?${new URLSearchParams({ labelSelector }).toString()}`;
    this.ask({ method: 'GET', path }, answer => {
      if (!answer.isOk) return listener.refused(answer.error);
      const { items, metadata } = answer.body as {
        readonly items: readonly Pod[];
        readonly metadata: { readonly resourceVersion: string };
      };
      listener.all(items);
      const from = metadata.resourceVersion;
      this.follow(`${path}&watch=true&resourceVersion=${from}`, labelSelector, listener);
    });
  }

  close(): void {
    this.closeStream?.();
    this.closeStream = undefined;
  }

  private follow(path: string, labelSelector: string, listener: PodListener): void {
    const { context } = this;
    const restart = (): void => this.watchPods(labelSelector, listener);
    const wait = () => void context.clock.after(again, 'spark driver watches again', restart);
    context.api({ method: 'GET', path }, answer => {
      if (answer.stream === undefined) return wait();
      this.closeStream = answer.stream.start({
        item: item => take(item as WatchEvent, listener, wait),
        end: wait,
      });
    });
  }
}

function take({ type, object }: WatchEvent, listener: PodListener, failed: () => void): void {
  if (type === 'DELETED') listener.gone(object as Pod);
  else if (type === 'ADDED' || type === 'MODIFIED') listener.changed(object as Pod);
  else if (type === 'ERROR') failed();
}

/** The message as the client's exception has it. */
function told({ method, path }: ApiRequest, { status, body }: ApiAnswer): DriverAnswer {
  if (status < 400) return { isOk: true, body };
  const message =
    typeof body === 'string' ? body : ((body as { readonly message?: string })?.message ?? '');
  const url = `https://kubernetes.default.svc${path}`;
  const error =
    `io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: ${method} at: ` +
    `${url}. Message: ${message}.`;
  return { isOk: false, error };
}
