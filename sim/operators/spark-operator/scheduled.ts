/** Runs applications by a schedule. @upstream kubeflow/spark-operator internal/controller/scheduledsparkapplication/controller.go */
import { parseSchedule, type Schedule } from '../../api/cron.js';
import { apiVersionOf } from '../../api/object.js';
import { keyOf, splitKey } from '../../api/meta.js';
import { isTimeZone } from '../../api/time-zone.js';
import { rfc3339, timeMs } from '../../api/time.js';
import type { ControllerDefinition, Outcome, Reconciliation, View } from '../../client/contract.js';
import { call, create, remove, update, watch } from '../../client/requests.js';
import { keys } from './keys.js';
import { isTerminated } from './pod-states.js';
import {
  scheduledSparkApplications,
  sparkApplications,
  type ScheduledSparkApplication,
  type ScheduledStatus,
  type SparkApplication,
} from './types.js';

/** The controller. */
export const scheduledController: ControllerDefinition = {
  name: 'scheduled-spark-application-controller',
  create: ({ queue, clock }) => ({
    workers: 10,
    watches: [
      watch(scheduledSparkApplications, {
        on: ({ type, object }) => {
          if (type !== 'deleted') queue.addRateLimited(keyOf(object));
        },
      }),
      watch(sparkApplications),
    ],
    reconcile: (key, view) => sync(key, view, clock.now()),
  }),
};

function* sync(key: string, view: View, nowMs: number): Reconciliation {
  const { namespace, name } = splitKey(key);
  const scheduled = view.get(scheduledSparkApplications, namespace, name);
  if (scheduled === undefined || scheduled.spec.suspend === true) return undefined;
  const schedule = scheduleOf(scheduled);
  if (typeof schedule === 'string') {
    return yield* write(scheduled, { scheduleState: 'FailedValidation', reason: schedule });
  }
  const { scheduleState = '', nextRun } = scheduled.status ?? {};
  const nextMs = schedule.next(nowMs);
  if (nextMs === undefined || scheduleState === 'FailedValidation') return undefined;
  const again: Outcome = { requeueAfterMs: nextMs - nowMs };
  const dueMs = timeMs(nextRun);
  if (scheduleState === '' || dueMs === undefined) {
    const earliest = dueMs === undefined ? nextMs : Math.min(dueMs, nextMs);
    const changes = { scheduleState: 'Scheduled', nextRun: rfc3339(earliest) };
    return (yield* write(scheduled, changes)) ?? again;
  }
  if (dueMs > nowMs) return { requeueAfterMs: dueMs - nowMs };
  return (yield* runNow(scheduled, view, { nowMs, nextMs })) ?? again;
}

/** Undefined: it is to be looked at again at the next time. */
function* runNow(
  scheduled: ScheduledSparkApplication,
  view: View,
  { nowMs, nextMs }: { readonly nowMs: number; readonly nextMs: number },
): Reconciliation {
  const runs = runsOf(scheduled, view);
  const mayStart = yield* shouldStart(scheduled, runs[0]);
  if (typeof mayStart === 'string') return { retry: mayStart };
  if (!mayStart) return undefined;
  const app = runOf(scheduled, nowMs);
  const answer = yield* call(create(sparkApplications, app));
  if (!answer.isOk) return { retry: answer.message };
  const past = yield* keepPast(scheduled, runs);
  if (typeof past === 'string') return { retry: past };
  return yield* write(scheduled, {
    lastRun: rfc3339(nowMs),
    lastRunName: app.metadata.name ?? '',
    nextRun: rfc3339(nextMs),
    ...past,
  });
}

function scheduleOf({ spec }: ScheduledSparkApplication): Schedule | string {
  const { schedule, timeZone = '' } = spec;
  if (timeZone !== '' && timeZone !== 'Local' && !isTimeZone(timeZone)) {
    return `Invalid timezone: unknown time zone ${timeZone}`;
  }
  // The operator's container has the zone UTC.
  const zone = timeZone === '' || timeZone === 'Local' ? 'UTC' : timeZone;
  const hasZone = /^(CRON_)?TZ=/.test(schedule);
  const parsed = parseSchedule(hasZone ? schedule : `TZ=${zone} ${schedule}`);
  return parsed.isOk ? parsed.value : parsed.error;
}

/** The runs that there are, the last one first. */
function runsOf({ metadata }: ScheduledSparkApplication, view: View): readonly SparkApplication[] {
  const { name = '', namespace = '' } = metadata;
  const startOf = (app: SparkApplication): number => timeMs(app.metadata.creationTimestamp) ?? 0;
  return view
    .list(sparkApplications, namespace)
    .filter(app => app.metadata.labels?.[keys.scheduledAppName] === name)
    .sort((left, right) => startOf(right) - startOf(left));
}

/** Without a policy nothing runs beside what is there, be it over or not. */
function* shouldStart(
  { spec }: ScheduledSparkApplication,
  last: SparkApplication | undefined,
): Reconciliation<boolean | string> {
  if (last === undefined || spec.concurrencyPolicy === 'Allow') return true;
  const isOver = isTerminated(stateOf(last));
  if (spec.concurrencyPolicy === 'Forbid') return isOver;
  if (spec.concurrencyPolicy !== 'Replace') return false;
  return isOver ? true : ((yield* removeRun(last)) ?? true);
}

function* removeRun({ metadata }: SparkApplication): Reconciliation<string | undefined> {
  const { name = '', namespace = '' } = metadata;
  const answer = yield* call(remove(sparkApplications, namespace, name, { gracePeriodSeconds: 0 }));
  return answer.isOk ? undefined : answer.message;
}

function stateOf({ status }: SparkApplication) {
  return status?.applicationState?.state ?? '';
}

function runOf(scheduled: ScheduledSparkApplication, nowMs: number): SparkApplication {
  const { name = '', namespace = '', uid = '', labels } = scheduled.metadata;
  return {
    metadata: {
      // Nanoseconds since the epoch.
      name: `${name}-${Math.floor(nowMs)}000000`,
      namespace,
      labels: { [keys.scheduledAppName]: name, ...labels },
      ownerReferences: [
        {
          apiVersion: apiVersionOf(scheduledSparkApplications),
          kind: scheduledSparkApplications.kind,
          name,
          uid,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: scheduled.spec.template,
  };
}

/** Keeps so many runs as are wanted, and tells of them. */
function* keepPast(
  { spec }: ScheduledSparkApplication,
  runs: readonly SparkApplication[],
): Reconciliation<Pick<ScheduledStatus, 'pastSuccessfulRunNames' | 'pastFailedRunNames'> | string> {
  const { successfulRunHistoryLimit: good = 1, failedRunHistoryLimit: bad = 1 } = spec;
  const completed = runs.filter(app => stateOf(app) === 'COMPLETED');
  const failed = runs.filter(app => stateOf(app) === 'FAILED');
  for (const app of [...completed.slice(good), ...failed.slice(bad)]) {
    const failure = yield* removeRun(app);
    if (failure !== undefined) return failure;
  }
  const names = (apps: readonly SparkApplication[]) => apps.map(app => app.metadata.name ?? '');
  return {
    pastSuccessfulRunNames: names(completed.slice(0, good)),
    pastFailedRunNames: names(failed.slice(0, bad)),
  };
}

function* write(scheduled: ScheduledSparkApplication, changes: ScheduledStatus): Reconciliation {
  const status = { lastRun: null, nextRun: null, ...scheduled.status, ...changes };
  const answer = yield* call(
    update(scheduledSparkApplications, { ...scheduled, status }, 'status'),
  );
  return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
}
