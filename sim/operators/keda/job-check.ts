/** Looks at the triggers of a ScaledJob, and makes Jobs. @upstream kedacore/keda v2.20.2 pkg/scaling/executor/scale_jobs.go */
import { jobs, type Job } from '../../api/kinds/batch.js';
import { pods } from '../../api/kinds/core.js';
import { isConditionTrue, ownerReference } from '../../api/meta.js';
import { quantity } from '../../api/quantity.js';
import { rfc3339, timeMs } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, remove } from '../../client/requests.js';
import { keys } from './annotations.js';
import { labelsOf } from './autoscaler.js';
import { condition, statusOf } from './conditions.js';
import type { OperatorState } from './operator-state.js';
import { ScaleResult } from './scale-result.js';
import type { BuiltScaler } from './scaler-caches.js';
import { demandOf, jobsToMake, maxJobs, type TriggerMeasure } from './scaling-strategy.js';
import { scaledJobs, type ScaledJob } from './types.js';

const historyLimit = 100;

/** One look. */
export class JobCheck {
  private readonly result = new ScaleResult();
  private readonly active: string[] = [];
  private isError = false;

  constructor(
    private readonly state: OperatorState,
    private readonly object: ScaledJob,
  ) {}

  *run(): Reconciliation<void> {
    const built = yield* this.state.caches.of({ kind: 'ScaledJob', object: this.object });
    let measures: readonly TriggerMeasure[] = [];
    if ('error' in built) this.isError = true;
    else measures = yield* this.measures(built);
    const demand = demandOf(this.object, measures);
    if (demand.isActive) {
      this.result.lastActiveTime = rfc3339(this.state.context.clock.now());
      yield* this.make(jobsToMake(this.object, demand, this.counts()));
    }
    this.tell(demand.isActive);
    yield* this.cleanUp();
    const status = { ...this.object.status, externalMetricNames: this.namesIn(built) };
    this.result.tellActivity(status, this.active);
    yield* this.result.write(scaledJobs, this.object, this.state.context.view);
  }

  private namesIn(built: readonly BuiltScaler[] | { readonly error: string }): readonly string[] {
    if ('error' in built) return this.object.status?.externalMetricNames ?? [];
    return built.flatMap(({ scaler }) => scaler.spec.external?.metric.name ?? []);
  }

  private record(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.state.record(this.object, { type, reason, message });
  }

  private *measures(built: readonly BuiltScaler[]): Reconciliation<readonly TriggerMeasure[]> {
    const measures: TriggerMeasure[] = [];
    const most = maxJobs(this.object);
    for (const one of built) {
      const { external } = one.scaler.spec;
      if (external === undefined) continue;
      const reading = yield* this.state.caches.read(one);
      if ('error' in reading) {
        this.isError = true;
        this.record('Warning', 'KEDAScalerFailed', reading.error);
        continue;
      }
      const { value: queueLength, isActive } = reading;
      if (isActive) this.active.push(external.metric.name);
      const each = quantity(external.target.averageValue ?? '0').toNumber();
      const maxValue = each === 0 ? 0 : Math.min(queueLength / each, most);
      measures.push({ queueLength, maxValue, isActive });
    }
    return measures;
  }

  private own(): readonly Job[] {
    const { name = '', namespace = '' } = this.object.metadata;
    return this.state.context.view
      .list(jobs, namespace)
      .filter(({ metadata }) => metadata.labels?.[keys.job] === name);
  }

  private counts() {
    const running = this.own().filter(job => finished(job) === undefined);
    return { running: running.length, pending: running.filter(job => this.isPending(job)).length };
  }

  private isPending({ metadata }: Job): boolean {
    const needed = this.object.spec.scalingStrategy?.pendingPodConditions ?? [];
    const own = this.state.context.view
      .list(pods, metadata.namespace ?? '')
      .filter(pod => pod.metadata.labels?.['job-name'] === metadata.name);
    return !own.some(({ status }) =>
      needed.length > 0
        ? needed.every(type => isConditionTrue(status?.conditions, type))
        : status?.phase === 'Succeeded' || status?.phase === 'Running',
    );
  }

  private *make(count: number): Reconciliation<void> {
    if (count <= 0) return;
    for (let made = 0; made < count; made++) {
      const answer = yield* call(create(jobs, this.job()));
      if (answer.isOk) continue;
      const name = `${this.object.metadata.name ?? ''}-`;
      const message = `Failed to create job ${name}: ${answer.message}`;
      this.record('Warning', 'KEDAJobCreateFailed', message);
    }
    this.record('Normal', 'KEDAJobsCreated', `Created ${count} jobs`);
  }

  private job(): Job {
    const { metadata, spec } = this.object;
    const { name = '', namespace = '', generation = 0 } = metadata;
    const { template } = spec.jobTargetRef;
    const own = { [keys.job]: name };
    return {
      metadata: {
        generateName: `${name}-`,
        namespace,
        labels: { ...own, ...labelsOf(this.object, name, keys.jobExcludedLabels) },
        annotations: { [keys.jobGeneration]: String(generation), ...metadata.annotations },
        ownerReferences: [ownerReference(this.object, scaledJobs)],
      },
      spec: {
        ...spec.jobTargetRef,
        template: {
          ...template,
          metadata: {
            ...template.metadata,
            generateName: `${name}-`,
            labels: { ...template.metadata?.labels, ...own },
          },
          spec: {
            containers: [],
            ...template.spec,
            restartPolicy: template.spec?.restartPolicy ?? 'OnFailure',
          },
        },
      },
    };
  }

  private tell(isActive: boolean): void {
    const was = statusOf(this.object.status?.conditions, 'Active') === 'True';
    const how = isActive
      ? 'performed because triggers are'
      : 'not performed because triggers are not';
    const message = `Scaling is ${how} active`;
    if (isActive !== was) {
      this.record('Normal', isActive ? 'ScaledJobActive' : 'ScaledJobInactive', message);
    }
    const ready = 'ScaledJob is defined correctly and is ready for scaling';
    this.result.set(condition('Ready', 'True', 'ScaledJobReady', ready));
    if (this.isError && isActive) {
      const some = 'Some triggers defined in ScaledJob are not working correctly';
      this.result.set(condition('Ready', 'Unknown', 'PartialTriggerError', some));
    } else if (this.isError) {
      const all = 'Triggers defined in ScaledJob are not working correctly';
      this.result.set(condition('Ready', 'False', 'TriggerError', all));
    }
    const status = isActive ? 'True' : 'False';
    const reason = isActive ? 'ScalerActive' : 'ScalerNotActive';
    this.result.set(condition('Active', status, reason, message));
  }

  /** Of those that have finished, so many stay. */
  private *cleanUp(): Reconciliation<void> {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = this.object.spec;
    const limits = {
      Complete: successfulJobsHistoryLimit ?? historyLimit,
      Failed: failedJobsHistoryLimit ?? historyLimit,
    };
    for (const [type, limit] of Object.entries(limits)) {
      const own = this.own().filter(job => finished(job) === type);
      const inOrder = own.toSorted((one, other) => endedMs(one) - endedMs(other));
      for (const { metadata } of inOrder.slice(0, Math.max(0, own.length - limit))) {
        const { namespace = '', name = '' } = metadata;
        const options = { propagationPolicy: 'Background' } as const;
        const answer = yield* call(remove(jobs, namespace, name, options));
        if (!answer.isOk) return;
      }
    }
  }
}

/** Failed ones have no such time, and stay in their order. */
function endedMs({ status }: Job): number {
  return timeMs(status?.completionTime) ?? 0;
}

function finished({ status }: Job): string | undefined {
  return status?.conditions?.find(
    one => ['Complete', 'Failed'].includes(one.type) && one.status === 'True',
  )?.type;
}
