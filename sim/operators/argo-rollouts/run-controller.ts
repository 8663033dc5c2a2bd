/** Reconciles AnalysisRuns. @upstream argo-rollouts analysis/controller.go */
import { jobs } from '../../api/kinds/batch.js';
import { pods } from '../../api/kinds/core.js';
import { isConditionTrue, isDeleting } from '../../api/meta.js';
import type {
  Controller,
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
  View,
  Watch,
} from '../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../client/requests.js';
import { analysisRuns } from './analysis-types.js';
import { keys } from './keys.js';
import { rolloutsRetry } from './retry.js';
import { RunPass } from './run/pass.js';
import { WrittenVersions } from './written-versions.js';

/** The controller. */
export const runController: ControllerDefinition = {
  name: 'argo-rollouts-analysis',
  eventSource: 'rollouts-controller',
  create: context => new RunController(context),
};

class RunController implements Controller {
  readonly workers = 30;
  readonly retry = rolloutsRetry;
  readonly watches: readonly Watch[];
  private readonly written = new WrittenVersions();

  constructor(private readonly context: ControllerContext) {
    const { queue } = context;
    const wakeOwner = addOwner(queue, analysisRuns);
    this.watches = [
      watch(analysisRuns, { on: ({ object }) => queue.add(keyOf(object)) }),
      watch(jobs, {
        labelSelector: keys.runUid,
        on: change => {
          const { conditions } = change.object.status ?? {};
          const isEnd = ['Complete', 'Failed'].some(type => isConditionTrue(conditions, type));
          if (isEnd) wakeOwner(change);
        },
      }),
      watch(pods, { labelSelector: keys.runUid }),
    ];
  }

  *reconcile(key: string, view: View): Reconciliation {
    const { namespace, name } = splitKey(key);
    const run = view.get(analysisRuns, namespace, name);
    if (run === undefined) return this.written.forget(key);
    if (isDeleting(run) || this.written.isStale(key, run)) return undefined;
    const result = yield* new RunPass(run, view, this.context).pass();
    if (typeof result === 'string') return { retry: result };
    if (result !== undefined) this.written.record(key, result);
    return undefined;
  }
}
