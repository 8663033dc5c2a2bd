/** SEA214: a probe asks at a port that its container does not declare. */
import type { Container, Probe } from '../../../sim/api/kinds/core.js';
import { listOf } from '../pod-template.js';
import type { Rule } from '../rule.js';

const probes = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;

/** The rule. */
export const probePort: Rule = {
  id: 'SEA214',
  name: 'probe-port',
  severity: 'error',
  title: 'A probe asks at a port that its container does not declare.',
  why: 'A name that the container does not have makes every probe fail: the container is never ready, or is restarted for ever. A number works if the program listens there.',
  fix: 'name a port of the container, or declare it',
  source:
    'https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/',
  *find({ templates }) {
    for (const { owner, containers } of templates) {
      for (const { container, path } of containers) {
        const declared = listOf(container.ports);
        for (const name of probes) {
          const [field, port] = portOf(container[name]);
          if (port === undefined || field === undefined) continue;
          const isName = typeof port === 'string' && !/^\d+$/.test(port);
          if (declared.some(one => one.name === port || one.containerPort === Number(port)))
            continue;
          if (!isName && declared.length === 0) continue;
          yield {
            entry: owner,
            path: [...path, name, field, 'port'],
            severity: isName ? 'error' : 'info',
            message: `${name} asks at port ${port}, and container ${container.name} declares ${declaredText(container)}`,
          };
        }
      }
    }
  },
};

function portOf(
  probe: Probe | undefined,
): readonly [field: string | undefined, port: string | number | undefined] {
  if (probe?.httpGet !== undefined) return ['httpGet', probe.httpGet.port];
  if (probe?.tcpSocket !== undefined) return ['tcpSocket', probe.tcpSocket.port];
  return [undefined, undefined];
}

function declaredText({ ports }: Container): string {
  const texts = listOf(ports).map(({ name = '', containerPort }) =>
    name === '' ? String(containerPort) : `${name} (${containerPort})`,
  );
  return texts.length === 0 ? 'none' : texts.join(', ');
}
