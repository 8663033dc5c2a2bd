/** No pod is taken that is above the pod security level of its namespace. */
import type { Namespace, Pod } from '../../sim/api/kinds/core.js';
import { detailText, evaluate } from '../../sim/server/admission/pod-security/evaluate.js';
import { levelText, policyOf } from '../../sim/server/admission/pod-security/policy.js';
import { law, type Breach, type Change } from './law.js';
import { nameOf, written } from './story.js';

const defaults = {
  /** A level that was set so lately may not be known to admission yet. */
  lagMs: 1_000,
};

/**
 * Judged when a pod is created. Pods that were there before the level was raised may stay, and no label
 * means no demands.
 */
export const podSecurityLevel = law({
  name: 'pod-security-level',
  family: 'security',
  says: 'no pod is created that violates the pod security level that its namespace enforces',
  source: 'https://kubernetes.io/docs/concepts/security/pod-security-admission/',
  settings: defaults,
  begin({ lagMs }) {
    const enforced = new Map<string, Change<Namespace>>();
    const breaches: Breach[] = [];
    let looked = 0;
    const judge = (change: Change<Pod>, namespace: Change<Namespace>): void => {
      const { object, timeMs } = change;
      const policy = policyOf(namespace.object.metadata.labels).policy.enforce;
      looked++;
      const violations = evaluate(policy, object.metadata, object.spec ?? { containers: [] });
      if (violations.length === 0) return;
      breaches.push({
        timeMs,
        what: `${nameOf(object)} violates PodSecurity "${levelText(policy)}": ${detailText(violations)}`,
        objects: [nameOf(object), nameOf(namespace.object)],
        evidence: [
          written(namespace, `it enforces ${levelText(policy)}`),
          written(change, detailText(violations)),
        ],
      });
    };
    return {
      on: {
        namespaces(change) {
          const { labels, name = '' } = change.object.metadata;
          const { level } = policyOf(labels).policy.enforce;
          if (change.type === 'DELETED' || level === 'privileged') enforced.delete(name);
          else if (!haveSameLevel(enforced.get(name)?.object, change.object)) {
            enforced.set(name, change);
          }
        },
        pods(change) {
          if (change.type !== 'ADDED' || enforced.size === 0) return;
          const namespace = enforced.get(change.object.metadata.namespace ?? '');
          if (namespace === undefined || namespace.timeMs > change.timeMs - lagMs) return;
          judge(change, namespace);
        },
      },
      end: () => ({ looked, breaches }),
    };
  },
});

function haveSameLevel(one: Namespace | undefined, other: Namespace): boolean {
  const levelOf = ({ metadata }: Namespace): string =>
    levelText(policyOf(metadata.labels).policy.enforce);
  return one !== undefined && levelOf(one) === levelOf(other);
}
