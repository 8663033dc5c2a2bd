/** Reconciles Workflows. @upstream workflow/controller/controller.go */
import { configMaps, pods, type Pod } from '../../api/kinds/core.js';
import { deepEqual } from '../../api/equality.js';
import { isDeleting } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import type {
  Change,
  Controller,
  ControllerContext,
  ControllerDefinition,
  Outcome,
  Reconciliation,
  View,
  Watch,
} from '../../client/contract.js';
import { keyOf, splitKey, watch } from '../../client/requests.js';
import { WrittenVersions } from '../argo-rollouts/written-versions.js';
import { cleanUp, queueCleanup } from './cleanup.js';
import { parameterMaps } from './config-maps.js';
import { keys } from './keys.js';
import { Locks } from './locks.js';
import { operate } from './operate.js';
import { Operation, requeueMs } from './operation.js';
import { persist } from './persist.js';
import {
  clusterWorkflowTemplates,
  taskResults,
  workflows,
  workflowTemplates,
  type Workflow,
} from './types.js';
import { findAmong } from './validation.js';

/** Every Workflow that is not over is looked at so often. */
const resyncMs = 20 * 60_000;

/** The controller. */
export const workflowController: ControllerDefinition = {
  name: 'workflow-controller',
  create: context => new WorkflowController(context),
};

class WorkflowController implements Controller {
  readonly workers = 32;
  readonly watches: readonly Watch[];
  private readonly written = new WrittenVersions();
  private readonly locks: Locks;

  constructor(private readonly context: ControllerContext) {
    const { queue } = context;
    this.locks = new Locks((key, delayMs) => queue.addAfter(key, delayMs));
    const ofWorkflow = ({ metadata }: HasMetadata): readonly string[] => {
      const name = metadata.labels?.[keys.workflow] ?? '';
      return [`${metadata.namespace ?? ''}/${name}`];
    };
    const wake = ({ object }: Change<HasMetadata>): void => {
      queue.addAfter(ofWorkflow(object)[0] ?? '', requeueMs);
    };
    this.watches = [
      watch(workflows, { on: change => this.workflowChanged(change) }),
      watch(pods, {
        labelSelector: `${keys.workflow},${keys.completed}=false`,
        indexes: { workflow: ofWorkflow },
        on: change => {
          if (change.type !== 'updated' || isNews(change.old, change.object)) wake(change);
        },
      }),
      watch(taskResults, {
        labelSelector: keys.workflow,
        indexes: { workflow: ofWorkflow },
        on: change => {
          if (change.type !== 'deleted') wake(change);
        },
      }),
      watch(workflowTemplates),
      watch(clusterWorkflowTemplates),
      watch(configMaps, { labelSelector: parameterMaps }),
    ];
  }

  private workflowChanged({ type, object }: Change<Workflow>): void {
    const { queue } = this.context;
    const key = keyOf(object);
    if (type === 'deleted') {
      this.written.forget(key);
      return this.locks.release(key, { isWhole: true });
    }
    if (object.metadata.labels?.[keys.completed] === 'true') return;
    if (type === 'added') {
      this.locks.restore(object.status?.synchronization ?? {});
      queue.add(key);
    } else queue.addAfter(key, requeueMs);
  }

  *reconcile(key: string, view: View): Reconciliation {
    const [namespace = '', name = '', action] = key.split('/');
    return action === undefined
      ? yield* this.look(key, view)
      : yield* cleanUp(this.context, namespace, name, action);
  }

  private *look(key: string, view: View): Reconciliation<Outcome> {
    const { namespace, name } = splitKey(key);
    const { queue } = this.context;
    const workflow = view.get(workflows, namespace, name);
    if (workflow === undefined || isDeleting(workflow)) return undefined;
    if (workflow.metadata.labels?.[keys.completed] === 'true') return undefined;
    if (this.written.isStale(key, workflow)) {
      queue.addAfter(key, requeueMs);
      return undefined;
    }
    queue.addAfter(key, resyncMs);
    const find = findAmong(view, namespace);
    const operation = new Operation(workflow, view, this.context, find, this.locks);
    yield* operate(operation);
    const written = yield* persist(operation);
    if (written !== undefined) this.written.record(key, written);
    if (written !== undefined || operation.toTerminate.size > 0) queueCleanup(operation);
    return undefined;
  }
}

/** Whether a pod has changed in what a Workflow looks at. @upstream workflow/controller/pod/significant.go */
function isNews(old: Pod, pod: Pod): boolean {
  const seen = ({ metadata, spec, status }: Pod) => ({
    ...{ node: spec?.nodeName, phase: status?.phase, message: status?.message },
    ...{ ip: status?.podIP, deleted: metadata.deletionTimestamp },
    ...{ labels: metadata.labels, annotations: metadata.annotations },
    containers: [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ].map(({ name, ready, state }) => ({ name, ready, state })),
    conditions: status?.conditions?.map(({ reason, message }) => ({ reason, message })),
  });
  return !deepEqual(seen(old), seen(pod));
}
