/** Reconciles SparkApplications. @upstream kubeflow/spark-operator internal/controller/sparkapplication/{event_filter,event_handler}.go */
import { deepEqual } from '../../api/equality.js';
import { pods, services, type Pod } from '../../api/kinds/core.js';
import { keyOf, splitKey } from '../../api/meta.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
  View,
  Watch,
} from '../../client/contract.js';
import { watch } from '../../client/requests.js';
import { keys } from './keys.js';
import { Pass } from './pass.js';
import { sparkApplications, type SparkApplication } from './types.js';

const workers = 10;

/** As the chart sets it: 50 a second, 500 at once, and no wait longer than six hours. */
const retry = { baseMs: 5, maxMs: 1_000_000, bucket: { perSecond: 50, burst: 500 } };

/** The controller. */
export const sparkApplicationController: ControllerDefinition = {
  name: 'spark-application-controller',
  create: context => {
    const changed = new Set<string>();
    return {
      workers,
      retry,
      watches: watchesOf(context, changed),
      reconcile: (key, view) => sync(key, view, context, changed),
    };
  },
};

function* sync(
  key: string,
  view: View,
  context: ControllerContext,
  changed: Set<string>,
): Reconciliation {
  const { namespace, name } = splitKey(key);
  const app = view.get(sparkApplications, namespace, name);
  const hasChanged = changed.delete(key);
  if (app === undefined) return undefined;
  const pass = new Pass(app, view, {
    random: context.random,
    nowMs: () => context.clock.now(),
    record: event => context.events.record({ regarding: app, ...event }),
  });
  return hasChanged ? yield* pass.invalidate() : yield* pass.run();
}

/** `changed` takes the keys of applications that are to begin again. */
function watchesOf({ queue, view }: ControllerContext, changed: Set<string>): readonly Watch[] {
  return [
    watch(sparkApplications, {
      on: ({ object, old }) => {
        const key = keyOf(object);
        if (old !== undefined && mustBeginAnew(old, object)) changed.add(key);
        queue.addRateLimited(key);
      },
    }),
    watch(pods, {
      on: ({ object, old }) => {
        if (old !== undefined && old.status?.phase === object.status?.phase) return;
        const key = keyOfApplication(object, view);
        if (key !== undefined) queue.addRateLimited(key);
      },
      isNoNews: (object, old) => object.status?.phase === old.status?.phase,
    }),
    watch(services),
  ];
}

/** Whether more has changed than what may change while it runs. */
function mustBeginAnew(old: SparkApplication, now: SparkApplication): boolean {
  if (old.spec === now.spec) return false;
  const { suspend: _, timeToLiveSeconds: __, ...before } = old.spec;
  const { suspend: ___, timeToLiveSeconds: ____, ...after } = now.spec;
  return !deepEqual(before, after);
}

/** The application of a pod of its current run. */
function keyOfApplication({ metadata }: Pod, view: View): string | undefined {
  const { labels = {}, namespace = '' } = metadata;
  const name = labels[keys.appName] ?? '';
  if (labels[keys.launched] !== 'true' || name === '') return undefined;
  const app = view.get(sparkApplications, namespace, name);
  const submissionId = labels[keys.submissionId];
  const isCurrent = submissionId === undefined || app?.status?.submissionID === submissionId;
  if (!isCurrent || app?.status?.applicationState?.state === 'INVALIDATING') return undefined;
  return `${namespace}/${name}`;
}
