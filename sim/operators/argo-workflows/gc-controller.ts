/** Deletes Workflows some time after their end. @upstream workflow/gccontroller/gc_controller.go */
import { isDeleting } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import type {
  Controller,
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { call, keyOf, remove, splitKey, watch } from '../../client/requests.js';
import { configurationIn, watchedConfigMaps } from './configuration.js';
import { keys } from './keys.js';
import { isOver } from './phases.js';
import { workflows, type Workflow } from './types.js';

/** The controller. */
export const gcController: ControllerDefinition = {
  name: 'workflow-ttl',
  eventSource: 'workflow-controller',
  create: context => new GcController(context),
};

class GcController implements Controller {
  readonly workers = 4;
  readonly watches;

  constructor(private readonly context: ControllerContext) {
    this.watches = [
      watch(workflows, {
        on: ({ type, object }) => {
          if (type !== 'deleted') this.expire(object);
        },
      }),
      watchedConfigMaps(),
    ];
  }

  private expire(workflow: Workflow): void {
    if (!isDone(workflow)) return;
    this.context.queue.add(retention);
    const expiresMs = expiryMs(workflow);
    if (expiresMs === undefined) return;
    const { clock, queue } = this.context;
    queue.addAfter(keyOf(workflow), Math.max(expiresMs - clock.now() + 1000, 0));
  }

  /** Deletes the oldest of those that are over and more than are kept. @upstream retentionGC */
  private *retain(view: View): Reconciliation {
    const { retentionPolicy = {} } = configurationIn(view);
    for (const sort of ['completed', 'failed', 'errored'] as const) {
      const most = retentionPolicy[sort] ?? 0;
      if (most <= 0) continue;
      const over = view
        .list(workflows)
        .filter(one => isDone(one) && one.metadata.labels?.[keys.phase] === phases[sort])
        .toSorted((one, other) => createdMs(other) - createdMs(one));
      for (const { metadata } of over.slice(most)) {
        const { namespace = '', name = '' } = metadata;
        const how = { propagationPolicy: 'Background' } as const;
        yield* call(remove(workflows, namespace, name, how));
      }
    }
    return undefined;
  }

  *reconcile(key: string, view: View): Reconciliation {
    if (key === retention) return yield* this.retain(view);
    const { namespace, name } = splitKey(key);
    const workflow = view.get(workflows, namespace, name);
    if (workflow === undefined || !isDone(workflow)) return undefined;
    const answer = yield* call(
      remove(workflows, namespace, name, { propagationPolicy: 'Background' }),
    );
    return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
  }
}

const retention = 'retention';
const phases = { completed: 'Succeeded', failed: 'Failed', errored: 'Error' } as const;

function isDone(workflow: Workflow): boolean {
  return !isDeleting(workflow) && workflow.metadata.labels?.[keys.completed] === 'true';
}

function createdMs({ metadata }: Workflow): number {
  return timeMs(metadata.creationTimestamp) ?? 0;
}

/** When it is to be deleted; undefined: never. */
export function expiryMs({ spec, status }: Workflow): number | undefined {
  const { ttlStrategy } = status?.storedWorkflowTemplateSpec ?? spec;
  const { phase } = status ?? {};
  const endedMs = timeMs(status?.finishedAt);
  if (ttlStrategy === undefined || endedMs === undefined) return undefined;
  const { secondsAfterFailure, secondsAfterSuccess, secondsAfterCompletion } = ttlStrategy;
  const seconds =
    (phase === 'Failed' ? secondsAfterFailure : undefined) ??
    (phase === 'Succeeded' ? secondsAfterSuccess : undefined) ??
    (isOver(phase) ? secondsAfterCompletion : undefined);
  return seconds === undefined ? undefined : endedMs + seconds * 1000;
}
