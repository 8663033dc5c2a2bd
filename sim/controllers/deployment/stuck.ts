/**
 * Deployments whose deadline is about to pass. Upstream looks at such a one again and again, every few
 * milliseconds of its last second, until it has passed; all that is found each time is that nothing has
 * changed, so that is looked at first. @upstream pkg/controller/deployment/progress.go requeueStuckDeployment
 */
import { deployments, replicaSets, type Deployment } from '../../api/kinds/apps.js';
import { pods } from '../../api/kinds/core.js';
import { splitKey } from '../../api/meta.js';
import type { Outcome, Reconciliation, View } from '../../client/contract.js';
import { owned } from '../control/owner.js';

/** All that a pass over a deployment looks at. Lists of a cache are other ones after a change. */
interface Seen {
  readonly deployment: Deployment;
  readonly sets: readonly object[];
  readonly orphans: readonly object[];
  /** Only who recreates looks at pods: those of each set. */
  readonly pods: readonly (readonly object[])[];
}

interface Stuck extends Seen {
  readonly untilMs: number;
}

/** The deployments of one controller that wait for their deadlines. */
export class StuckDeployments {
  private readonly known = new Map<string, Stuck>();

  constructor(private readonly view: View) {}

  /** Whether a pass at that time would find all as the one before, which asked for the next and did nothing else. */
  isStill(key: string, nowMs: number): boolean {
    const stuck = this.known.get(key);
    if (stuck === undefined) return false;
    const now = nowMs <= stuck.untilMs ? this.seen(key) : undefined;
    if (now !== undefined && isSame(stuck, now)) return true;
    this.known.delete(key);
    return false;
  }

  /** A pass that has just ended found the deployment stuck until then, and sent no request. */
  note(key: string, untilMs: number): void {
    const now = this.seen(key);
    if (now !== undefined) this.known.set(key, Object.assign(now, { untilMs }));
  }

  private seen(key: string): Seen | undefined {
    const { view } = this;
    const { namespace, name } = splitKey(key);
    const deployment = view.get(deployments, namespace, name);
    if (deployment === undefined || view.version === undefined) return undefined;
    const sets = owned(view, replicaSets, deployment);
    const recreates = deployment.spec?.strategy?.type === 'Recreate';
    return {
      deployment,
      sets,
      orphans: view.byIndex(replicaSets, 'orphan', namespace),
      pods: recreates ? sets.map(set => owned(view, pods, set)) : noPods,
    };
  }
}

const noPods: Seen['pods'] = [];

function isSame(a: Seen, b: Seen): boolean {
  return (
    a.deployment === b.deployment &&
    a.sets === b.sets &&
    a.orphans === b.orphans &&
    a.pods.every((list, index) => list === b.pods[index])
  );
}

/** Runs a pass to its end, and tells whether it sent no request. */
export function* noticingQuiet(
  pass: Reconciliation,
): Reconciliation<{ readonly outcome: Outcome; readonly isQuiet: boolean }> {
  let step = pass.next();
  const isQuiet = step.done === true;
  while (step.done !== true) step = pass.next(yield step.value);
  return { outcome: step.value, isQuiet };
}
