/** One pass over a ScaledJob. @upstream kedacore/keda v2.20.2 controllers/keda/scaledjob_{controller,finalizer}.go */
import { jobs } from '../../api/kinds/batch.js';
import { hasFinalizer, isDeleting } from '../../api/meta.js';
import type { Outcome, Reconciliation } from '../../client/contract.js';
import { call, remove, update } from '../../client/requests.js';
import { isJobToPause, keys } from './annotations.js';
import { tellAuthentications } from './authentication-users.js';
import { areInitialized, condition, initialConditions, statusOf, withOne } from './conditions.js';
import { patchStatus } from './merge-patch.js';
import type { OperatorState } from './operator-state.js';
import { triggersProblem, typesOf } from './scaled-object-rules.js';
import { defaultPollingSeconds } from './scaled-object-pass.js';
import { scaledJobs, type Condition, type ScaledJob, type ScaledJobStatus } from './types.js';

/** What is told where it fails, and why it has. */
interface Problem {
  readonly what: string;
  readonly error: string;
}

/** The pass. */
export class ScaledJobPass {
  private conditions: readonly Condition[] = [];

  constructor(
    private readonly state: OperatorState,
    private object: ScaledJob,
  ) {}

  *run(): Reconciliation<Outcome> {
    if (isDeleting(this.object)) return yield* this.finalize();
    if (!hasFinalizer(this.object, keys.finalizer)) {
      const others = this.object.metadata.finalizers ?? [];
      const error = yield* this.write([...others, keys.finalizer]);
      if (error !== undefined) return { retry: error };
    }
    if (!areInitialized(this.object.status?.conditions)) {
      const error = yield* this.patch({ conditions: initialConditions() });
      if (error !== undefined) return this.failed(error);
    }
    this.conditions = this.object.status?.conditions ?? [];
    const problem = yield* this.reconcile();
    this.tell(problem);
    const error = yield* this.patch({ conditions: this.conditions });
    if (error !== undefined) return this.failed(error);
    yield* tellAuthentications(this.object, 'scaledjobs', this.state.context.view, true);
    return typeof problem === 'string' ? undefined : { retry: problem.error };
  }

  private emit(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.state.emit(this.object, { type, reason, message });
  }

  private failed(message: string): Outcome {
    this.emit('Warning', 'ScaledJobUpdateFailed', message);
    return { retry: message };
  }

  private set(one: Condition): void {
    this.conditions = withOne(this.conditions, one);
  }

  private tell(problem: Problem | string): void {
    if (typeof problem !== 'string') {
      const reason = 'ScaledJobCheckFailed';
      this.set(condition('Ready', 'False', reason, problem.what));
      this.set(condition('Active', 'Unknown', 'UnknownState', 'ScaledJob check failed'));
      this.emit('Warning', reason, problem.what);
      return;
    }
    if (statusOf(this.conditions, 'Ready') !== 'True') {
      this.emit('Normal', 'ScaledJobReady', 'ScaledJob is ready for scaling');
    }
    this.set(condition('Ready', 'True', 'ScaledJobReady', problem));
  }

  private *reconcile(): Reconciliation<Problem | string> {
    const paused = yield* this.pause();
    if (paused !== undefined) return paused;
    const { spec } = this.object;
    const wrong = triggersProblem(spec.triggers);
    if (wrong !== undefined) {
      return { what: "ScaledJob doesn't have correct triggers specification", error: wrong };
    }
    const typed = yield* this.patch(typesOf(spec.triggers));
    if (typed !== undefined) {
      const what = "Cannot update ScaledJob status with triggers'names and authentications'names";
      return { what, error: typed };
    }
    const kept = yield* this.rollOut();
    if (kept !== undefined) return kept;
    const built = yield* this.state.caches.of({ kind: 'ScaledJob', object: this.object });
    if ('error' in built) {
      return { what: 'Failed to ensure ScaledJob is correctly created', error: built.error };
    }
    const { pollingInterval = defaultPollingSeconds } = spec;
    this.state.startLoop('ScaledJob', this.object, pollingInterval);
    return 'ScaledJob is defined correctly and is ready to scaling';
  }

  /** What is told where it stands still. */
  private *pause(): Reconciliation<Problem | string | undefined> {
    const was = statusOf(this.conditions, 'Paused') === 'True';
    if (isJobToPause(this.object)) {
      if (!was) {
        const message = 'ScaledJob is paused';
        this.set(condition('Paused', 'True', 'ScaledJobPaused', message));
        const error = yield* this.patch({ conditions: this.conditions });
        if (error !== undefined) return { what: 'Failed to check if ScaledJob was paused', error };
        this.emit('Normal', 'ScaledJobPaused', message);
      }
      this.state.stopLoop('ScaledJob', this.object);
      return 'ScaledJob is paused, skipping reconcile loop';
    }
    if (!was) return undefined;
    const message = 'ScaledJob is unpaused';
    this.set(condition('Paused', 'False', 'ScaledJobUnpaused', message));
    this.emit('Normal', 'ScaledJobUnpaused', message);
    return undefined;
  }

  /** Jobs of before go, unless the change is to come gradually. */
  private *rollOut(): Reconciliation<Problem | undefined> {
    const { metadata, spec } = this.object;
    const { namespace = '', name = '', generation = 0 } = metadata;
    const own = spec.rolloutStrategy ?? '';
    if ((own === '' ? spec.rollout?.strategy : own) === 'gradual') return undefined;
    const old = this.state.context.view
      .list(jobs, namespace)
      .filter(job => job.metadata.labels?.[keys.job] === name)
      .filter(job => job.metadata.annotations?.[keys.jobGeneration] !== String(generation));
    if (old.length === 0) return undefined;
    const what = `${old.length} jobs owned by the previous version of the scaledJob`;
    this.emit('Normal', 'ScaledJobRolloutCleanupStarted', `Deleting ${what}`);
    const isForeground = spec.rollout?.propagationPolicy === 'foreground';
    for (const { metadata: of } of old) {
      const job = of.name ?? '';
      const propagationPolicy = isForeground ? 'Foreground' : 'Background';
      const answer = yield* call(remove(jobs, namespace, job, { propagationPolicy }));
      if (answer.isOk) continue;
      const message = `Failed to delete job ${job}: ${answer.message}`;
      this.emit('Warning', 'ScaledJobRolloutCleanupFailed', message);
      return { what: `Not able to delete job: ${job}`, error: answer.message };
    }
    this.emit('Normal', 'ScaledJobRolloutCleanupCompleted', `Deleted ${what}`);
    return undefined;
  }

  private *finalize(): Reconciliation<Outcome> {
    if (hasFinalizer(this.object, keys.finalizer)) {
      this.state.stopLoop('ScaledJob', this.object);
      const all = this.object.metadata.finalizers ?? [];
      const error = yield* this.write(all.filter(one => one !== keys.finalizer));
      if (error !== undefined) return { retry: error };
      yield* tellAuthentications(this.object, 'scaledjobs', this.state.context.view, false);
    }
    this.emit('Warning', 'ScaledJobDeleted', 'ScaledJob was deleted');
    return undefined;
  }

  private *write(finalizers: readonly string[]): Reconciliation<string | undefined> {
    const next = { ...this.object, metadata: { ...this.object.metadata, finalizers } };
    const answer = yield* call(update(scaledJobs, next));
    if (!answer.isOk) return answer.message;
    this.object = answer.object;
    return undefined;
  }

  private *patch(changes: Partial<ScaledJobStatus>): Reconciliation<string | undefined> {
    const next = { ...this.object.status, ...changes };
    const answer = yield* patchStatus(scaledJobs, this.object, next);
    if (!answer.isOk) return answer.message;
    this.object = answer.object;
    return undefined;
  }
}
