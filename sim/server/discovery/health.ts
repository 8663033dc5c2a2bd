/** /healthz, /livez and /readyz. @upstream apiserver/pkg/server/healthz/healthz.go */
import { expositionOf } from '../../api/exposition.js';
import { gaugeNow, registryStart } from '../../api/metric-vector.js';
import { goQuote } from '../../api/go-text.js';
import type { ApiAnswer } from '../../api/request.js';
import { compareKeys } from '../../store/collection.js';
import { textAnswer, unknownPath } from '../answers.js';
import type { RequestState } from '../request-state.js';

const hooks = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'peer-endpoint-reconciler-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-wait-for-first-sync',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
].map(name => `poststarthook/${name}`);

const lastHooks = ['apiservice-openapi-controller', 'apiservice-openapiv3-controller'].map(
  name => `poststarthook/${name}`,
);

const liveChecks = [
  'ping',
  'log',
  'loopback-serving-certificate',
  'etcd',
  ...hooks,
  'autoregister-completion',
  ...lastHooks,
];

const readyChecks = [
  'ping',
  'log',
  'etcd',
  'etcd-readiness',
  'informer-sync',
  ...hooks,
  'autoregister-completion',
  ...lastHooks,
  'shutdown',
];

/** The checks of each of the three, in their order. */
export const healthChecks: Readonly<Record<string, readonly string[]>> = {
  healthz: liveChecks,
  livez: liveChecks,
  readyz: readyChecks,
};

/** Answers one of the three paths, or one of their checks. A server that answers is well. */
export function serveHealth(context: RequestState, segments: readonly string[]): ApiAnswer {
  const [name = '', ...rest] = segments;
  const checks = healthChecks[name] ?? [];
  if (context.info.path.endsWith('/')) return unknownPath(context);
  if (rest.length > 0) {
    return checks.includes(rest.join('/')) ? textAnswer(context, 200, 'ok') : unknownPath(context);
  }
  if (context.parameter('verbose') === undefined) return textAnswer(context, 200, 'ok');
  const excluded = context.parameters('exclude');
  const lines = checks.map(check =>
    excluded.includes(check) ? `[+]${check} excluded: ok` : `[+]${check} ok`,
  );
  const unknown = new Set(excluded.filter(check => !checks.includes(check)));
  if (unknown.size > 0) {
    const names = [...unknown].sort(compareKeys).map(goQuote).join(', ');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  return textAnswer(context, 200, `${lines.join('\n')}\n${name} check passed\n`);
}

/**
 * /metrics/slis: how each check went last. How often each was asked is not counted.
 * @upstream component-base/metrics/prometheus/slis/metrics.go
 */
export function checkMetrics(startedMs: number): string {
  const checks = Object.entries(healthChecks).flatMap(([type, names]) =>
    names.map(name => [[type, name], 1] as const),
  );
  return expositionOf([
    gaugeNow(
      {
        name: 'kubernetes_healthcheck',
        help: '[STABLE] This metric records the result of a single healthcheck.',
        labels: ['type', 'name'],
      },
      checks,
    ),
    registryStart(startedMs),
  ]);
}
