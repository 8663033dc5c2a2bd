/** Reconciles the jobs of one kind. @upstream training-operator v1.8.1 pkg/controller.v1/common/job.go */
import { planted } from '../../engine/planted.js';
import { horizontalPodAutoscalers } from '../../api/kinds/autoscaling.js';
import { pods, services } from '../../api/kinds/core.js';
import { priorityClasses } from '../../api/kinds/scheduling.js';
import type { HasMetadata } from '../../api/object.js';
import { controllerOf, isDeleting } from '../../api/meta.js';
import type {
  Controller,
  ControllerContext,
  ControllerDefinition,
  Identity,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { splitKey, watch } from '../../client/requests.js';
import type { GangControl } from '../gangs/gang-control.js';
import type { JobEvent, JobKind } from './job-kind.js';
import { Pass } from './pass.js';
import type { TrainingJob } from './types.js';

/** controller-runtime's default for a controller's retries. */
const retry = { baseMs: 5, maxMs: 1_000_000, bucket: { perSecond: 10, burst: 100 } };

/** The controller of one kind of job; with a gang scheduler where it is told of one. */
export function jobController(
  kind: JobKind,
  identity: Identity,
  gang?: GangControl,
): ControllerDefinition {
  return {
    name: kind.controllerName,
    identity,
    create: context => new JobController(kind, context, gang),
  };
}

class JobController implements Controller {
  readonly retry = retry;
  readonly watches;
  /** By job: what was created or deleted and is not seen yet. A job waits until it has been seen. */
  private readonly expected = new Map<string, Map<string, 'created' | 'deleted'>>();

  constructor(
    private readonly kind: JobKind,
    private readonly context: ControllerContext,
    private readonly gang: GangControl | undefined,
  ) {
    const { queue } = context;
    const own = (object: HasMetadata, seen: 'created' | 'deleted' | undefined): void => {
      const owner = controllerOf(object);
      if (owner?.kind !== kind.kind.kind) return;
      const key = `${object.metadata.namespace ?? ''}/${owner.name}`;
      const what = `${object.kind ?? ''} ${object.metadata.name ?? ''}`;
      if (seen !== undefined && this.expected.get(key)?.get(what) === seen) {
        this.expected.get(key)?.delete(what);
      }
      queue.add(key);
    };
    const seenBy = { added: 'created', updated: undefined, deleted: 'deleted' } as const;
    this.watches = [
      watch(kind.kind, {
        on: ({ type, object }) => {
          const key = `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
          if (type === 'deleted') this.expected.delete(key);
          queue.add(key);
        },
      }),
      watch(pods, { on: ({ type, object }) => own(object, seenBy[type]) }),
      watch(services, { on: ({ type, object }) => own(object, seenBy[type]) }),
      watch(horizontalPodAutoscalers),
      ...(kind.children ?? []).map(child =>
        watch(child, { on: ({ object }) => own(object, undefined) }),
      ),
      ...(gang === undefined
        ? []
        : [
            watch(gang.kind, { on: ({ object }) => own(object, undefined) }),
            watch(priorityClasses),
          ]),
    ];
  }

  *reconcile(key: string, view: View): Reconciliation {
    const { namespace, name } = splitKey(key);
    const job = view.get(this.kind.kind, namespace, name);
    if (job === undefined) return undefined;
    const problem = this.kind.validate?.(job);
    if (problem !== undefined) {
      this.tell(job, [{ type: 'Warning', ...problem }]);
      return { retry: problem.message };
    }
    if (isDeleting(job) || this.isWaiting(key)) return undefined;
    const pass = new Pass(this.kind, this.context, job, this.expectedOf(key), this.gang);
    const outcome = yield* pass.run(view);
    this.tell(job, pass.events);
    return outcome;
  }

  private isWaiting(key: string): boolean {
    return !planted('operator-reads-stale') && (this.expected.get(key)?.size ?? 0) > 0;
  }

  private expectedOf(key: string): Map<string, 'created' | 'deleted'> {
    let expected = this.expected.get(key);
    if (expected === undefined) this.expected.set(key, (expected = new Map()));
    return expected;
  }

  private tell(job: TrainingJob, events: readonly JobEvent[]): void {
    for (const event of events) this.context.events.record({ regarding: job, ...event });
  }
}
