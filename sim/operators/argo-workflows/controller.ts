/** Reconciles Workflows. @upstream workflow/controller/controller.go */
import { pods, type Pod } from '../../api/kinds/core.js';
import { deepEqual } from '../../api/equality.js';
import { isDeleting } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import { timeMs } from '../../api/time.js';
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
import { configurationIn, watchedConfigMaps, type Configuration } from './configuration.js';
import { keys } from './keys.js';
import { Locks } from './locks.js';
import { operate } from './operate.js';
import { Operation, requeueMs } from './operation.js';
import { persist } from './persist.js';
import { isOver } from './phases.js';
import { taskSets } from './task-set.js';
import {
  clusterWorkflowTemplates,
  taskResults,
  workflows,
  workflowTemplates,
  type Workflow,
} from './types.js';
import { Throttler } from './throttler.js';
import { findAmong } from './validation.js';

/** Every Workflow that is not over is looked at so often. */
const resyncMs = 20 * 60_000;

const tooMany =
  'Workflow processing has been postponed because too many workflows are already running';

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
  private readonly throttler: Throttler;
  /** It has counted those that were there when it began. */
  private isCounting = false;

  constructor(private readonly context: ControllerContext) {
    const { queue } = context;
    this.throttler = new Throttler(key => queue.add(key));
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
      watch(taskSets, {
        on: change => {
          const { namespace = '', name = '' } = change.object.metadata;
          if (change.type === 'updated') queue.addAfter(`${namespace}/${name}`, requeueMs);
        },
      }),
      watch(workflowTemplates),
      watch(clusterWorkflowTemplates),
      watchedConfigMaps(),
    ];
  }

  private workflowChanged({ type, object }: Change<Workflow>): void {
    const { queue } = this.context;
    const key = keyOf(object);
    if (type === 'deleted') {
      this.written.forget(key);
      this.throttler.remove(key);
      return this.locks.release(key, { isWhole: true });
    }
    if (object.metadata.labels?.[keys.completed] === 'true') return this.throttler.remove(key);
    if (this.isCounting && type === 'added' && this.isOurs(object, this.context.view)) {
      this.count(object);
    }
    if (type === 'added') {
      this.locks.restore(object.status?.synchronization ?? {});
      queue.add(key);
    } else queue.addAfter(key, requeueMs);
  }

  private count(workflow: Workflow): void {
    const { metadata, spec, status } = workflow;
    const key = keyOf(workflow);
    if (status?.phase === 'Running') return this.throttler.restore(key);
    const createdMs = timeMs(metadata.creationTimestamp) ?? 0;
    this.throttler.add({ key, priority: spec.priority ?? 0, createdMs });
  }

  /** Whether there is room for it, among those that the controller looks after. */
  private admits(workflow: Workflow, view: View, config: Configuration): boolean {
    const { parallelism = 0, namespaceParallelism = 0 } = config;
    this.throttler.limit({ all: parallelism, inNamespace: namespaceParallelism });
    if (!this.isCounting) {
      this.isCounting = true;
      const all = view
        .list(workflows)
        .filter(one => one.metadata.labels?.[keys.completed] !== 'true' && this.isOurs(one, view));
      // Those that run take their places before any other.
      for (const one of all) if (one.status?.phase === 'Running') this.count(one);
      for (const one of all) if (one.status?.phase !== 'Running') this.count(one);
    }
    if (workflow.status?.phase === 'Running' || workflow.spec.shutdown === 'Terminate') return true;
    return this.throttler.admits(keyOf(workflow));
  }

  /** Several controllers may share a cluster, each with Workflows of its own. */
  private isOurs({ metadata }: Workflow, view: View): boolean {
    const { instanceID = '' } = configurationIn(view);
    return (metadata.labels?.[keys.instanceId] ?? '') === instanceID;
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
    if (!this.isOurs(workflow, view)) return undefined;
    queue.addAfter(key, resyncMs);
    const find = findAmong(view, namespace);
    const config = configurationIn(view);
    if (!this.admits(workflow, view, config)) {
      if ((workflow.status?.phase ?? '') !== '') return undefined;
      const waiting = new Operation(workflow, view, this.context, find, this.locks, config);
      waiting.markWorkflow('Pending', tooMany);
      const written = yield* persist(waiting);
      if (written !== undefined) this.written.record(key, written);
      return undefined;
    }
    const operation = new Operation(workflow, view, this.context, find, this.locks, config);
    yield* operate(operation);
    if (isOver(operation.status.phase)) this.throttler.remove(key);
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
