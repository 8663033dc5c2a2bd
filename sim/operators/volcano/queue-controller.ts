/** Keeps queues: their states, and their place below the root. @upstream volcano v1.15.1 pkg/controllers/queue */
import {
  defaultRetryPolicy,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Outcome,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { call, keyOf, patch, watch } from '../../client/requests.js';
import { controllerSource, keys } from './keys.js';
import { podGroups, queues, type PodGroup, type Queue, type QueueState } from './types.js';

const manager = 'queue-controller';

/** The controller. */
export const queueController: ControllerDefinition = {
  name: 'volcano-queue-controller',
  eventSource: controllerSource,
  create: context => new QueueController(context),
};

class QueueController implements Controller {
  readonly retry = defaultRetryPolicy;
  readonly watches;

  constructor(private readonly context: ControllerContext) {
    const { queue } = context;
    this.watches = [
      watch(queues, { on: ({ object }) => queue.add(keyOf(object)) }),
      watch(podGroups, {
        indexes: { queue: group => [queueOf(group)] },
        on: ({ object, old }) => {
          if (old?.status?.phase === object.status?.phase && old !== undefined) return;
          queue.add(queueOf(object));
        },
      }),
    ];
  }

  *reconcile(key: string, view: View): Reconciliation {
    const queue = view.get(queues, '', key);
    if (queue === undefined) return undefined;
    const { name = '' } = queue.metadata;
    if (name !== 'root' && (queue.spec.parent ?? '') === '') {
      return yield* this.give(queue, [{ op: 'add', path: '/spec/parent', value: 'root' }]);
    }
    const isEmpty = view.byIndex(podGroups, 'queue', name).length === 0;
    const state = stateOf(queue, isEmpty);
    if (state !== queue.status?.state) {
      const failed = yield* this.writeState(name, state);
      if (failed !== undefined) return failed;
    }
    return yield* this.followParent(queue, { state, isEmpty }, view);
  }

  private *writeState(name: string, state: QueueState): Reconciliation {
    const of = { namespace: '', name, subresource: 'status' };
    const how = { type: 'apply', query: { fieldManager: manager } } as const;
    const body = {
      ...{ apiVersion: 'scheduling.volcano.sh/v1beta1', kind: 'Queue', metadata: { name } },
      status: { state },
    };
    const answer = yield* call(patch(queues, of, how, body));
    return answer.isOk ? undefined : { retry: answer.message };
  }

  private *give(queue: Queue, operations: readonly object[]): Reconciliation {
    const of = { namespace: '', name: queue.metadata.name ?? '' };
    const answer = yield* call(patch(queues, of, { type: 'json' }, operations));
    return answer.isOk ? undefined : { retry: answer.message };
  }

  /** Where a parent closes, its children do; where it opens again, those of them do that closed with it. */
  private *followParent(
    queue: Queue,
    { state, isEmpty }: { readonly state: QueueState; readonly isEmpty: boolean },
    view: View,
  ): Reconciliation<Outcome> {
    const { name = '', annotations } = queue.metadata;
    if (name === 'root') return undefined;
    const parent = view.get(queues, '', queue.spec.parent ?? '');
    if (parent === undefined) {
      return { retry: `queue.scheduling.volcano.sh "${queue.spec.parent ?? ''}" not found` };
    }
    const isClosed = (one: QueueState | undefined): boolean =>
      one === 'Closed' || one === 'Closing';
    const wasClosedByParent = annotations?.[keys.closedByParent] === 'true';
    if (isClosed(parent.status?.state) && !isClosed(state)) {
      const marked = yield* this.mark(queue, 'true');
      if (marked !== undefined) return marked;
      const written = yield* this.writeState(name, isEmpty ? 'Closed' : 'Closing');
      if (written !== undefined) return written;
      const { events } = this.context;
      const message = 'Close queue succeed';
      events.record({ regarding: queue, type: 'Normal', reason: 'CloseQueue', message });
    } else if (parent.status?.state === 'Open' && isClosed(state) && wasClosedByParent) {
      const written = yield* this.writeState(name, 'Open');
      return written ?? (yield* this.mark(queue, 'false'));
    }
    return undefined;
  }

  private *mark(queue: Queue, value: string): Reconciliation {
    const { annotations } = queue.metadata;
    if (annotations?.[keys.closedByParent] === value) return undefined;
    const path = '/metadata/annotations';
    const operation =
      annotations === undefined
        ? { op: 'add', path, value: { [keys.closedByParent]: value } }
        : { op: 'add', path: `${path}/${keys.closedByParent.replace('/', '~1')}`, value };
    return yield* this.give(queue, [operation]);
  }
}

function queueOf({ spec }: PodGroup): string {
  return spec.queue ?? 'default';
}

/** The state that follows when nobody asks for another. @upstream pkg/controllers/queue/state */
function stateOf({ status }: Queue, isEmpty: boolean): QueueState {
  switch (status?.state) {
    case undefined:
    case 'Open':
      return 'Open';
    case 'Closing':
      return isEmpty ? 'Closed' : 'Closing';
    case 'Closed':
      return 'Closed';
    case 'Unknown':
      return 'Unknown';
  }
}
