/** Runs Volcano's jobs: requests, and the actions that follow. @upstream volcano v1.15.1 pkg/controllers/job/job_controller.go */
import { persistentVolumeClaims, pods, type Pod } from '../../api/kinds/core.js';
import { priorityClasses } from '../../api/kinds/scheduling.js';
import {
  defaultRetryPolicy,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { keyOf, watch } from '../../client/requests.js';
import { DelayedActions } from './delayed-actions.js';
import { requestOfGroup, requestOfJob, requestOfPod, type TaskLookup } from './job-events.js';
import { JobPass } from './job-pass.js';
import { stepOf } from './job-states.js';
import { controllerSource, keys } from './keys.js';
import { applyPolicies, type JobRequest } from './policies.js';
import { jobs, podGroups, queues, type Job } from './types.js';

/** How often a request that fails is tried again: then the job ends. */
const retriesMax = 15;

const internalActions = ['SyncJob', 'Enqueue', 'SyncQueue', 'OpenQueue', 'CloseQueue'];

/** The controller. */
export const jobController: ControllerDefinition = {
  name: 'volcano-job-controller',
  eventSource: controllerSource,
  create: context => new JobController(context),
};

class JobController implements Controller {
  readonly retry = defaultRetryPolicy;
  readonly watches;
  /** Jobs as they were last written: the cache may not have them yet. */
  private readonly last = new Map<string, Job>();
  private readonly delayed: DelayedActions;

  constructor(private readonly context: ControllerContext) {
    this.delayed = new DelayedActions(context.clock, request => this.ask(request));
    this.watches = [
      watch(jobs, { on: change => this.hearJob(change) }),
      watch(pods, { on: change => this.ask(requestOfPod(change, this.taskOf)) }),
      watch(podGroups, { on: change => this.ask(requestOfGroup(change)) }),
      watch(queues),
      watch(priorityClasses),
      watch(persistentVolumeClaims),
    ];
  }

  stop(): void {
    this.delayed.stop();
  }

  *reconcile(key: string, view: View): Reconciliation {
    const request = JSON.parse(key) as JobRequest;
    this.delayed.hear(request);
    const job = this.current(view, request);
    if (job === undefined) return undefined;
    const { action, delayMs } = applyPolicies(job, request);
    if (delayMs > 0) {
      this.tell(job, `Execute action ${action} after ${delayMs / 1000}s`);
      this.delayed.add(request, { action, delayMs });
      return undefined;
    }
    const isDelayed = request.action !== undefined;
    if (action !== 'SyncJob' && !isDelayed) this.tell(job, `Start to execute action ${action} `);
    const failure = yield* this.pass(job, view, { request, action });
    if (failure !== undefined)
      return yield* this.failed(failure, { key, job, request, action }, view);
    if (!internalActions.includes(action)) this.delayed.done(request, action);
    return undefined;
  }

  private *failed(
    failure: string,
    at: {
      readonly key: string;
      readonly job: Job;
      readonly request: JobRequest;
      readonly action: string;
    },
    view: View,
  ): Reconciliation {
    const { key, job, request, action } = at;
    if (this.context.queue.retries(key) < retriesMax) return { retry: failure };
    this.tell(job, `Job failed on action ${action} for retry limit reached`);
    yield* this.pass(job, view, { request, action: 'TerminateJob' });
    return undefined;
  }

  private pass(
    job: Job,
    view: View,
    { request, action }: { readonly request: JobRequest; readonly action: string },
  ): Reconciliation<string | undefined> {
    const { clock, random, events } = this.context;
    const pass = new JobPass(job, {
      ...{ view, random, nowMs: clock.now() },
      record: event => events.record({ regarding: job, ...event }),
      remember: written => this.last.set(keyOf(written), written),
    });
    return pass.run(stepOf(job, action), request, action);
  }

  private tell(regarding: Job, message: string): void {
    this.context.events.record({ regarding, type: 'Normal', reason: 'ExecuteAction', message });
  }

  private ask(request: JobRequest | undefined): void {
    if (request !== undefined) this.context.queue.add(JSON.stringify(request));
  }

  private hearJob(change: Change<Job>): void {
    if (change.type === 'deleted') this.last.delete(keyOf(change.object));
    this.ask(requestOfJob(change));
  }

  private current(view: View, { namespace, job }: JobRequest): Job | undefined {
    const known = view.get(jobs, namespace, job);
    const written = this.last.get(`${namespace}/${job}`);
    if (known === undefined || written === undefined) return known;
    if (written.metadata.uid !== known.metadata.uid) return known;
    return versionOf(written) > versionOf(known) ? written : known;
  }

  private readonly taskOf: TaskLookup = ({ metadata }: Pod) => {
    const { annotations = {}, namespace = '', ownerReferences = [] } = metadata;
    const { view } = this.context;
    const job = view.get(jobs, namespace, annotations[keys.jobName] ?? '');
    const name = annotations[keys.taskSpec];
    const owner = ownerReferences.find(({ controller }) => controller === true)?.uid ?? '';
    return {
      task: job?.spec.tasks?.find(task => task.name === name),
      pods: view
        .byIndex(pods, 'owner', owner)
        .filter(pod => pod.metadata.annotations?.[keys.taskSpec] === name),
    };
  };
}

function versionOf({ metadata }: Job): number {
  return Number(metadata.resourceVersion ?? 0);
}
