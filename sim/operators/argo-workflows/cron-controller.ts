/** Reconciles CronWorkflows. @upstream workflow/cron/controller.go, operator.go */
import { controllerOf, isDeleting } from '../../api/meta.js';
import { apiVersionOf } from '../../api/object.js';
import { rfc3339 } from '../../api/time.js';
import type {
  Controller,
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { call, create, keyOf, patch, remove, watch } from '../../client/requests.js';
import {
  cronProblem,
  excessWorkflows,
  isAtEnd,
  isWanted,
  missedMs,
  parsedSchedules,
  schedulesOf,
  workflowFor,
} from './cron-rules.js';
import { cronWorkflows, type ActiveWorkflow, type CronWorkflow } from './cron-types.js';
import { keys } from './keys.js';
import { isOver } from './phases.js';
import {
  clusterWorkflowTemplates,
  workflows,
  workflowTemplates,
  type Workflow,
  type WorkflowCondition,
  type WorkflowSpec,
} from './types.js';
import { findAmong } from './validation.js';

/** How often the Workflows that were made are looked at. */
const syncMs = 10_000;

/** The controller. */
export const cronController: ControllerDefinition = {
  name: 'cron-workflow',
  eventSource: 'workflow-controller',
  create: context => new CronController(context),
};

/** A status that is being made. */
interface Draft {
  active: readonly ActiveWorkflow[];
  lastScheduledTime: string | null;
  conditions: readonly WorkflowCondition[];
  succeeded: number;
  failed: number;
  phase: string;
  isCompleted: boolean;
}

class CronController implements Controller {
  readonly workers = 8;
  readonly watches;
  /** The next time of each, as it was planned last: `namespace/name` -> milliseconds. */
  private readonly planned = new Map<string, number>();

  constructor(private readonly context: ControllerContext) {
    const { queue } = context;
    this.watches = [
      watch(cronWorkflows, {
        on: ({ type, object }) => {
          const key = keyOf(object);
          if (type === 'added') queue.addAfter(`${key}/sync`, syncMs);
          queue.add(key);
        },
      }),
      watch(workflows, { labelSelector: keys.cronWorkflow }),
      watch(workflowTemplates),
      watch(clusterWorkflowTemplates),
    ];
  }

  *reconcile(key: string, view: View): Reconciliation {
    const [namespace = '', name = '', action, time] = key.split('/');
    const cron = view.get(cronWorkflows, namespace, name);
    const own = `${namespace}/${name}`;
    if (cron === undefined || isDeleting(cron) || isCompleted(cron)) {
      this.planned.delete(own);
      return undefined;
    }
    if (action === 'sync') return yield* this.sync(cron, view);
    if (action === 'run') return yield* this.runPlanned(cron, view, Number(time));
    if (this.problemOf(cron, view) !== undefined) return undefined;
    const missed = isNewSchedule(cron) ? undefined : missedMs(cron, this.context.clock.now());
    if (missed !== undefined) yield* this.run(cron, view, missed);
    this.plan(cron);
    return undefined;
  }

  /** Plans the next run. */
  private plan(cron: CronWorkflow): void {
    const { clock, queue } = this.context;
    const nowMs = clock.now();
    const times = parsedSchedules(cron.spec).flatMap(schedule => schedule.next(nowMs) ?? []);
    if (times.length === 0) return;
    const nextMs = Math.min(...times);
    const key = keyOf(cron);
    if (this.planned.get(key) === nextMs) return;
    this.planned.set(key, nextMs);
    queue.addAfter(`${key}/run/${nextMs}`, nextMs - nowMs);
  }

  /** What was planned for another time has been replaced since. */
  private *runPlanned(cron: CronWorkflow, view: View, atMs: number): Reconciliation {
    if (this.planned.get(keyOf(cron)) !== atMs) return undefined;
    yield* this.run(cron, view, atMs);
    this.plan(cron);
    return undefined;
  }

  private problemOf(cron: CronWorkflow, view: View): string | undefined {
    const { namespace = '' } = cron.metadata;
    const { workflowTemplateRef } = cron.spec.workflowSpec;
    const referred =
      workflowTemplateRef === undefined ? undefined : referredSpec(cron, view, workflowTemplateRef);
    if (typeof referred === 'string') return referred;
    return cronProblem(cron, findAmong(view, namespace), referred);
  }

  private *run(cron: CronWorkflow, view: View, scheduledMs: number): Reconciliation<void> {
    const draft = draftOf(cron);
    yield* this.make(cron, view, scheduledMs, draft);
    yield* this.write(cron, draft, {
      [lastUsedSchedule]: schedulesOf(cron.spec).join(','),
    });
  }

  /** @upstream cronWfOperationCtx.run */
  private *make(
    cron: CronWorkflow,
    view: View,
    scheduledMs: number,
    draft: Draft,
  ): Reconciliation<void> {
    const problem = this.problemOf(cron, view);
    if (problem !== undefined) return report(draft, 'SpecError', problem);
    draft.conditions = draft.conditions.filter(({ type }) => type !== 'SpecError');
    const end = isAtEnd(cron);
    if (typeof end === 'string') {
      const { name = '' } = cron.metadata;
      const text = `failed to check CronWorkflow '${name}' stopping condition: ${end}`;
      return report(draft, 'SpecError', text);
    }
    if (end) complete(draft);
    if (cron.spec.suspend === true || draft.phase === 'Stopped') return;
    const wanted = isWanted(cron);
    if (typeof wanted === 'string') {
      return report(draft, 'SubmissionError', `run policy error: ${wanted}`);
    }
    if (!wanted) return;
    const { concurrencyPolicy } = cron.spec;
    if (concurrencyPolicy === 'Forbid' && draft.active.length > 0) return;
    if (concurrencyPolicy === 'Replace') yield* terminate(draft.active);
    const made = yield* call(create(workflows, workflowFor(cron, scheduledMs)));
    if (!made.isOk) {
      if (made.reason === 'AlreadyExists') return;
      return report(draft, 'SubmissionError', `Failed to submit Workflow: ${made.message}`);
    }
    draft.active = [...draft.active, referenceTo(made.object)];
    draft.phase = 'Active';
    draft.lastScheduledTime = rfc3339(scheduledMs);
    draft.conditions = draft.conditions.filter(({ type }) => type !== 'SubmissionError');
  }

  private *write(
    cron: CronWorkflow,
    { isCompleted: isEnd, ...status }: Draft,
    annotations: Readonly<Record<string, string>> = {},
  ): Reconciliation<void> {
    const { namespace = '', name = '' } = cron.metadata;
    const labels = isEnd ? { [keys.cronCompleted]: 'true' } : {};
    const body = { metadata: { annotations, labels }, status };
    yield* call(patch(cronWorkflows, { namespace, name }, { type: 'merge' }, body));
  }

  /** @upstream syncCronWorkflow */
  private *sync(cron: CronWorkflow, view: View): Reconciliation {
    const { namespace = '', uid } = cron.metadata;
    this.context.queue.addAfter(`${keyOf(cron)}/sync`, syncMs);
    const children = view
      .list(workflows, namespace)
      .filter(one => uid !== undefined && controllerOf(one)?.uid === uid);
    for (const { metadata } of excessWorkflows(cron, children)) {
      const answer = yield* call(remove(workflows, namespace, metadata.name ?? ''));
      if (!answer.isOk && answer.status !== 404) return undefined;
    }
    const draft = draftOf(cron);
    if (takeOver(cron, draft, children)) yield* this.write(cron, draft);
    return undefined;
  }
}

const lastUsedSchedule = 'cronworkflows.argoproj.io/last-used-schedule';

function isNewSchedule({ metadata, spec }: CronWorkflow): boolean {
  const used = metadata.annotations?.[lastUsedSchedule];
  return used === undefined || used !== schedulesOf(spec).join(',');
}

function isCompleted({ metadata }: CronWorkflow): boolean {
  return metadata.labels?.[keys.cronCompleted] === 'true';
}

/** The spec, or that there is none. */
function referredSpec(
  { metadata }: CronWorkflow,
  view: View,
  { name = '', clusterScope = false }: NonNullable<WorkflowSpec['workflowTemplateRef']>,
): WorkflowSpec | string {
  const found = clusterScope
    ? view.get(clusterWorkflowTemplates, '', name)
    : view.get(workflowTemplates, metadata.namespace ?? '', name);
  if (found !== undefined) return found.spec;
  const sort = clusterScope ? 'clusterworkflowtemplates' : 'workflowtemplates';
  return `cannot validate Workflow: ${sort}.argoproj.io "${name}" not found`;
}

function draftOf({ status = {} }: CronWorkflow): Draft {
  return {
    active: status.active ?? [],
    lastScheduledTime: status.lastScheduledTime ?? null,
    conditions: status.conditions ?? [],
    succeeded: status.succeeded ?? 0,
    failed: status.failed ?? 0,
    phase: status.phase ?? '',
    isCompleted: false,
  };
}

function report(draft: Draft, type: 'SpecError' | 'SubmissionError', message: string): void {
  const others = draft.conditions.filter(one => one.type !== type);
  draft.conditions = [...others, { type, message, status: 'True' }];
  if (type === 'SubmissionError') draft.failed++;
}

/** @upstream setAsCompleted */
function complete(draft: Draft): void {
  draft.phase = 'Stopped';
  draft.isCompleted = true;
}

function referenceTo({ metadata }: Workflow): ActiveWorkflow {
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    ...{ kind: 'Workflow', apiVersion: apiVersionOf(workflows) },
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
}

/** @upstream terminateOutstandingWorkflows */
function* terminate(active: readonly ActiveWorkflow[]): Reconciliation<void> {
  for (const { namespace = '', name = '' } of active) {
    const body = { spec: { shutdown: 'Terminate' } };
    yield* call(patch(workflows, { namespace, name }, { type: 'merge' }, body));
  }
}

/** Takes over which still run and how the others ended; whether anything has changed. @upstream reconcileActiveWfs */
function takeOver(cron: CronWorkflow, draft: Draft, children: readonly Workflow[]): boolean {
  let hasChanged = false;
  for (const child of children) {
    const isKnown = draft.active.some(({ uid }) => uid === child.metadata.uid);
    if (isKnown || isOver(child.status?.phase)) continue;
    draft.active = [...draft.active, referenceTo(child)];
    hasChanged = true;
  }
  for (const { uid } of draft.active) {
    const child = children.find(one => one.metadata.uid === uid);
    const phase = child?.status?.phase;
    if (child !== undefined && !isOver(phase)) continue;
    hasChanged = true;
    draft.active = draft.active.filter(one => one.uid !== uid);
    if (child === undefined) continue;
    if (phase === 'Succeeded') draft.succeeded++;
    else draft.failed++;
    const { failed, succeeded } = draft;
    if (isAtEnd({ ...cron, status: { ...cron.status, failed, succeeded } }) === true) {
      complete(draft);
    }
  }
  return hasChanged;
}
