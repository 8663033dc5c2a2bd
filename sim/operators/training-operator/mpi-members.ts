/** Brings the children of an MPIJob to what they should be. @upstream training-operator v1.8.1 pkg/controller.v1/mpi/mpijob_controller.go */
import { deepEqual } from '../../api/equality.js';
import { configMaps, pods, serviceAccounts, type Pod } from '../../api/kinds/core.js';
import { roleBindings, roles } from '../../api/kinds/rbac.js';
import { isControlledBy } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, remove, update } from '../../client/requests.js';
import type { MembersContext } from './job-kind.js';
import { memberOf } from './members.js';
import { MpiObjects } from './mpi-objects.js';
import { inGang, otherScheduler } from './pod-group.js';

const restartPolicyEvent = {
  type: 'Warning',
  reason: 'SettedPodTemplateRestartPolicy',
  message: 'Restart policy in pod template will be overwritten by restart policy in replica spec',
} as const;

/** Runs once for each replica type, and does all for both each time, as upstream does. */
export function* reconcileMembers(context: MembersContext): Reconciliation<string | undefined> {
  return yield* new MembersPass(context).run();
}

class MembersPass {
  private readonly objects: MpiObjects;
  private readonly namespace: string;

  constructor(private readonly context: MembersContext) {
    this.objects = new MpiObjects(context.job, context.replicas);
    this.namespace = context.job.metadata.namespace ?? '';
  }

  *run(): Reconciliation<string | undefined> {
    const { draft, type, view } = this.context;
    draft.startTime ??= draft.now;
    draft.setReplica(type, {});
    const launcher = view.get(pods, this.namespace, this.objects.launcherName);
    const { phase } = launcher?.status ?? {};
    let workers: readonly Pod[] = [];
    if (phase !== 'Succeeded' && phase !== 'Failed') {
      const failure = (yield* this.access()) ?? (yield* this.removeSurplus());
      if (failure !== undefined) return failure;
      const made = yield* this.workers();
      if (typeof made === 'string') return made;
      workers = made;
      const launched = launcher === undefined ? yield* this.launch() : undefined;
      if (launched !== undefined) return launched;
    }
    this.count(launcher, workers);
    return undefined;
  }

  /** What the launcher needs to reach the workers. */
  private *access(): Reconciliation<string | undefined> {
    const { objects } = this;
    const account = objects.serviceAccount();
    const [config, role, binding] = [
      objects.configMap(this.runningWorkers()),
      objects.role(),
      objects.roleBinding(),
    ];
    return (
      (yield* this.ensure(serviceAccounts, account, { told: 'ServiceAccount' })) ??
      (yield* this.ensure(configMaps, config, { field: 'data' })) ??
      (yield* this.ensure(roles, role, { field: 'rules', told: 'LauncherRole' })) ??
      (yield* this.ensure(roleBindings, binding, { told: 'RoleBinding' }))
    );
  }

  private *ensure<T extends HasMetadata>(
    kind: Kind<T>,
    wanted: T,
    options: { readonly field?: keyof T; readonly told?: string },
  ): Reconciliation<string | undefined> {
    const { name = '' } = wanted.metadata;
    const { view, job, tell } = this.context;
    const current = view.get(kind, this.namespace, name);
    const { told, field } = options;
    if (current === undefined) {
      const answer = yield* call(create(kind, wanted));
      return answer.isOk ? undefined : answer.message;
    }
    if (told !== undefined) {
      tell({ type: 'Normal', reason: `${told} is exist`, message: `${told}: ${name}` });
    }
    if (kind.kind !== 'ServiceAccount' && !isControlledBy(current, job)) {
      const message = `Resource "${name}" of MPIJobKind "${kind.kind}" already exists and is not managed by MPIJob`;
      tell({ type: 'Warning', reason: 'ErrResourceExists', message });
      return message;
    }
    if (field === undefined || deepEqual(current[field], wanted[field])) return undefined;
    const answer = yield* call(update(kind, wanted));
    return answer.isOk ? undefined : answer.message;
  }

  private ownWorkers(): readonly Pod[] {
    const { view, job } = this.context;
    return view
      .list(pods, this.namespace)
      .filter(pod => isControlledBy(pod, job) && memberOf(pod)?.type === 'worker');
  }

  private runningWorkers(): readonly string[] {
    return this.ownWorkers()
      .filter(({ status }) => status?.phase === 'Running')
      .map(({ metadata }) => metadata.name ?? '')
      .sort();
  }

  private *removeSurplus(): Reconciliation<string | undefined> {
    const { workers } = this.objects;
    for (const pod of this.ownWorkers()) {
      if ((memberOf(pod)?.index ?? 0) < workers) continue;
      const answer = yield* call(remove(pods, this.namespace, pod.metadata.name ?? ''));
      if (!answer.isOk && answer.status !== 404) return answer.message;
    }
    return undefined;
  }

  private *workers(): Reconciliation<readonly Pod[] | string> {
    const { view, tell } = this.context;
    const found: Pod[] = [];
    for (let index = 0; index < this.objects.workers; index++) {
      const name = this.objects.workerName(index);
      const current = view.get(pods, this.namespace, name);
      if (current !== undefined) {
        found.push(current);
        continue;
      }
      const answer = yield* call(create(pods, this.inGang(this.objects.worker(index), 'worker')));
      if (!answer.isOk) {
        // The second time round in one pass the cache may not know yet what the first made.
        if (answer.reason === 'AlreadyExists') continue;
        tell({
          type: 'Warning',
          reason: 'FailedCreatePod',
          message: `Created worker pod: ${name}`,
        });
        const message = `worker pod created failed: ${answer.message}`;
        tell({ type: 'Warning', reason: 'MPIJobFailed', message });
        return answer.message;
      }
      found.push(answer.object);
      const message = `Created worker pod: ${name}`;
      tell({ type: 'Normal', reason: 'SuccessfulCreatePod', message });
    }
    return found;
  }

  /** Upstream warns of another scheduler where no template names one, too. */
  private inGang(pod: Pod, type: string): Pod {
    const { gang, job, replicas, tell } = this.context;
    if (gang === undefined) return pod;
    const isNamed = replicas.some(
      ([, { template }]) => template.spec?.schedulerName === gang.schedulerName,
    );
    if (!isNamed) tell(otherScheduler);
    return inGang(gang, pod, job.metadata.name ?? '', type);
  }

  private *launch(): Reconciliation<string | undefined> {
    const { tell } = this.context;
    const { template } = this.objects.launcherSpec;
    if (template.spec?.restartPolicy !== undefined) tell(restartPolicyEvent);
    const answer = yield* call(create(pods, this.inGang(this.objects.launcher(), 'launcher')));
    if (answer.isOk) {
      const message = `launcher pod created success: ${this.objects.launcherName}`;
      tell({ type: 'Normal', reason: 'MPIJobRunning', message });
      return undefined;
    }
    if (answer.reason === 'AlreadyExists') return undefined;
    const message = `launcher pod created failed: ${answer.message}`;
    tell({ type: 'Warning', reason: 'MPIJobFailed', message });
    return answer.message;
  }

  /** Upstream counts in a copy of the status, which is the status itself only from the second pass on. */
  private count(launcher: Pod | undefined, workers: readonly Pod[]): void {
    const { draft, job, tell, isFirst } = this.context;
    const { name = '' } = job.metadata;
    const full = `${this.namespace}/${name}`;
    const { phase, reason = '' } = launcher?.status ?? {};
    if (phase === 'Succeeded') {
      const message = `MPIJob ${full} successfully completed.`;
      tell({ type: 'Normal', reason: 'mpijobsSucceeded', message });
    } else if (phase === 'Failed') {
      const message = `MPIJob ${full} has failed`;
      tell({ type: 'Warning', reason: reason === '' ? 'MPIJobFailed' : reason, message });
    }
    const inPhase = (wanted: string) =>
      workers.filter(({ status }) => status?.phase === wanted).length;
    const evicted = workers.filter(
      ({ status }) => status?.phase === 'Failed' && status.reason === 'Evicted',
    ).length;
    if (evicted > 0) {
      const message = `${evicted}/${workers.length} workers are evicted`;
      tell({ type: 'Warning', reason: 'MPIJobEvicted', message });
    }
    if (phase === 'Running' && inPhase('Running') === workers.length) {
      const message = `MPIJob ${full} is running`;
      tell({ type: 'Normal', reason: 'MPIJobRunning', message });
    }
    if (isFirst) return;
    if (launcher !== undefined) draft.setReplica('Launcher', launcherCount(phase));
    draft.setReplica('Worker', {
      active: inPhase('Running'),
      succeeded: inPhase('Succeeded'),
      failed: inPhase('Failed'),
    });
  }
}

function launcherCount(phase: string | undefined) {
  if (phase === 'Running') return { active: 1 };
  if (phase === 'Succeeded') return { succeeded: 1 };
  return phase === 'Failed' ? { failed: 1 } : {};
}
