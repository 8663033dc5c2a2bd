/** What the platform does to a step does not end its Workflow. */
import type { NodeStatus, Workflow } from '../../sim/operators/argo-workflows/types.js';
import { law, type Breach, type Change } from './law.js';
import { nameOf, written } from './story.js';

/**
 * A Workflow of Argo that ends badly is in order as long as one of its programs failed, its time was over, or
 * somebody stopped it. It is not when all that failed of it was lost to the platform: a pod that went with its
 * node or was evicted, a right that its account lacks, an object that it needs and nobody has made. Retries
 * mend the first, if their policy is about errors at all: by default it is only about failures.
 */
export const workflowEndsByItself = law({
  name: 'workflow-ends-by-itself',
  family: 'recovery',
  touches: ['Argo Workflows'],
  says: 'a Workflow ends badly only where a program of its own failed, not where a node, a right or an object was missing',
  source: 'https://argo-workflows.readthedocs.io/en/release-3.7/retries/',
  begin() {
    const breaches: Breach[] = [];
    let looked = 0;
    return {
      on: {
        'workflows.argoproj.io': (change, world) => {
          if (!hasEnded(change)) return;
          looked++;
          const lost = lostSteps(change.object);
          const [first] = lost;
          if (first === undefined) return;
          const { status } = change.object;
          const more = lost.length === 1 ? '' : ` and ${lost.length - 1} more`;
          breaches.push({
            timeMs: world.now(),
            what: `${nameOf(change.object)} ends in ${status?.phase ?? ''} though none of its programs failed: step ${first.displayName ?? first.name}${more}: ${first.message ?? ''}${adviceFor(change.object, first)}`,
            objects: [nameOf(change.object)],
            evidence: [written(change, `it ends in ${status?.phase ?? ''}`)],
          });
        },
      },
      end: () => ({ looked, breaches }),
    };
  },
});

const over: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Error']);

function hasEnded({ object, before, type }: Change<Workflow>): boolean {
  if (type === 'DELETED' || before === undefined) return false;
  return over.has(object.status?.phase ?? '') && !over.has(before.status?.phase ?? '');
}

/** The steps that the platform failed; none where anything else failed, too. */
function lostSteps({ status }: Workflow): readonly NodeStatus[] {
  if (status?.phase === 'Succeeded') return [];
  const all = Object.values(status?.nodes ?? {});
  const mended = new Set(
    all.flatMap(({ type, phase, children = [] }) =>
      type === 'Retry' && phase === 'Succeeded' ? children : [],
    ),
  );
  const failed = all.filter(
    ({ id, phase, type }) =>
      (phase === 'Failed' || phase === 'Error') && leaves.has(type) && !mended.has(id),
  );
  return failed.every(isLost) ? failed : [];
}

const leaves: ReadonlySet<string> = new Set(['Pod', 'HTTP', 'Plugin', 'Skipped']);

/** As the controller, the kubelet and the API server word it. */
const platform = [
  /^pod deleted$/,
  /^(?:The node was low on resource|The node had condition)/,
  /^Pod was terminated in response to imminent node shutdown/,
  /^Preempted /,
  /^Pod was rejected: /,
  / is forbidden: (?!exceeded quota)/,
  /^(?:secrets|configmaps|serviceaccounts|persistentvolumeclaims) "[^"]*" not found/,
  /^unable to retrieve inputs\.parameters\.\S+ from ConfigMap: /,
];

function isLost({ message = '' }: NodeStatus): boolean {
  return platform.some(pattern => pattern.test(message));
}

function adviceFor({ status, spec }: Workflow, { id, message = '', phase }: NodeStatus): string {
  if (/ is forbidden: | not found|ConfigMap/.test(message)) return '';
  const all = Object.values(status?.nodes ?? {});
  const tries = all.find(({ type, children = [] }) => type === 'Retry' && children.includes(id));
  if (tries === undefined) return '; it has no retryStrategy';
  const template = (status?.storedWorkflowTemplateSpec ?? spec).templates?.find(
    ({ name }) => name === tries.templateName,
  );
  const { retryPolicy = 'OnFailure' } = template?.retryStrategy ?? spec.retryStrategy ?? {};
  const isTried = retryPolicy === 'Always' || (phase === 'Error') === (retryPolicy === 'OnError');
  return isTried
    ? '; its retryStrategy has no tries left'
    : `; its retryPolicy ${retryPolicy} is not about errors`;
}
