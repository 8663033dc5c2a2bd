/** Makes Jobs by the clock. @upstream pkg/controller/cronjob/cronjob_controllerv2.go */
import { parseSchedule } from '../api/cron.js';
import { cronJobs, jobs, type CronJob, type Job } from '../api/kinds/batch.js';
import { keyOf, splitKey } from '../api/meta.js';
import {
  serviceAccount,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
} from '../client/contract.js';
import { watch } from '../client/requests.js';
import { watchDependents } from './control/dependents.js';
import { retrying } from './control/must.js';
import { untilNextMs } from './cron-job/missed.js';
import { CronJobSync, scheduleText } from './cron-job/sync.js';

/** The controller of cron jobs. */
export const cronJobController: ControllerDefinition = {
  name: 'cronjob-controller',
  queueName: 'cronjob',
  identity: serviceAccount('kube-system', 'cronjob-controller'),
  create: createController,
};

function createController(context: ControllerContext): Controller {
  const { view, queue } = context;
  const onJob = watchDependents<CronJob, Job>({
    view,
    ownerKind: cronJobs,
    // Cron jobs adopt nothing.
    selector: () => undefined,
    wake: cronJob => queue.add(keyOf(cronJob)),
  });
  return {
    workers: 5,
    watches: [
      watch(cronJobs, { on: change => onCronJob(change, context) }),
      watch(jobs, { on: onJob }),
    ],
    reconcile: key => sync(key, context),
  };
}

function* sync(key: string, context: ControllerContext): Reconciliation {
  const { namespace, name } = splitKey(key);
  const cronJob = context.view.get(cronJobs, namespace, name);
  if (cronJob === undefined) return undefined;
  return yield* retrying(new CronJobSync(cronJob, context).run());
}

function onCronJob({ object, old }: Change<CronJob>, context: ControllerContext): void {
  const { queue, clock, events } = context;
  const isRescheduled =
    old !== undefined &&
    (old.spec?.schedule !== object.spec?.schedule || old.spec?.timeZone !== object.spec?.timeZone);
  if (!isRescheduled) return queue.add(keyOf(object));
  const schedule = parseSchedule(scheduleText(object));
  if (schedule.isOk) {
    queue.addAfter(keyOf(object), untilNextMs(object, schedule.value, clock.now()));
    return;
  }
  const message = `unparseable schedule for cronjob: ${object.spec?.schedule ?? ''}`;
  const reason = 'UnParseableCronJobSchedule';
  events.record({ regarding: object, type: 'Warning', reason, message });
}
