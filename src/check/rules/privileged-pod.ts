/** SEA604: a container is privileged, or a pod takes part of its node. */
import type { PodSpec } from '../../../sim/api/kinds/core.js';
import type { FieldPath } from '../../input/located.js';
import { listOf, type PodTemplate } from '../pod-template.js';
import { policyOf } from '../../../sim/server/admission/pod-security/policy.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const privilegedPod: Rule = {
  id: 'SEA604',
  name: 'privileged-pod',
  severity: 'warning',
  title: "A container is privileged, or a pod uses its node's files, network or processes.",
  why: 'Whoever takes over the container has the node, and with it every pod and every secret on it. Drivers and agents need it; services and training jobs do not.',
  fix: 'drop it; what a program needs of the node is mostly a single capability or a device',
  source: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  *find(survey) {
    for (const template of survey.templates) {
      const { owner, namespace } = template;
      // A level that is enforced or warned about tells of it in rule pod-security.
      const { policy } = policyOf(survey.namespaceLabels(namespace));
      if (policy.enforce.level !== 'privileged' || policy.warn.level !== 'privileged') continue;
      // A DaemonSet is most often an agent of the node.
      const isAgent = owner.kind === 'DaemonSet';
      for (const { path, message } of [...privileged(template), ...ofNode(template)]) {
        yield { entry: owner, path, message, severity: isAgent ? 'info' : 'warning' };
      }
    }
  },
};

interface Found {
  readonly path: FieldPath;
  readonly message: string;
}

function privileged({ containers }: PodTemplate): Found[] {
  return containers
    .filter(({ container }) => container.securityContext?.privileged === true)
    .map(({ container, path }) => ({
      path: [...path, 'securityContext', 'privileged'],
      message: `container ${container.name} is privileged`,
    }));
}

const shared = ['hostNetwork', 'hostPID', 'hostIPC'] as const satisfies readonly (keyof PodSpec)[];

function ofNode({ spec, specPath }: PodTemplate): Found[] {
  const flags = shared
    .filter(flag => spec[flag] === true)
    .map(flag => ({ path: [...specPath, flag], message: `it shares the node's ${flag.slice(4)}` }));
  const paths = listOf(spec.volumes).flatMap(({ hostPath, name }, index) =>
    hostPath === undefined
      ? []
      : [
          {
            path: [...specPath, 'volumes', index, 'hostPath'],
            message: `volume ${name} is ${hostPath.path} of the node`,
          },
        ],
  );
  return [...flags, ...paths];
}
