/** Ingresses. @upstream pkg/registry/networking/ingress/strategy.go */
import { ingresses, type Ingress } from '../../api/kinds/networking.js';
import { ageOf } from './columns/cell.js';
import { ingressColumns } from './columns/network.js';
import { fill, within } from './defaults/fill.js';
import { ipWarnings } from './ip-warnings.js';
import { freshStatus, keepSpec, keepStatus } from './parts.js';
import { pointsText } from './services.js';
import { strategyOf } from './strategy.js';
import {
  validateIngress,
  validateIngressStatus,
  validateIngressUpdate,
} from './validation/ingress.js';

const classKey = 'kubernetes.io/ingress.class';

/** The strategy of Ingresses. */
export const ingress = strategyOf<Ingress>({
  kind: ingresses,
  defaults: object =>
    within(fill(object, { spec: {}, status: { loadBalancer: {} } }), 'status', status =>
      fill(status, { loadBalancer: {} }),
    ),
  hasGeneration: true,
  prepareForCreate: freshStatus({ loadBalancer: {} }),
  prepareForUpdate: keepStatus,
  validate: validateIngress,
  validateUpdate: validateIngressUpdate,
  warningsOnCreate: ({ metadata, spec }) =>
    metadata.annotations?.[classKey] !== undefined && spec?.ingressClassName === undefined
      ? [`annotation "${classKey}" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
  status: {
    prepareForUpdate: keepSpec,
    validateUpdate: validateIngressStatus,
    warningsOnUpdate: ({ status }) =>
      (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }, index) =>
        ip ? ipWarnings(`status.loadBalancer.ingress[${index}]`, ip) : [],
      ),
  },
  columns: ingressColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.spec?.ingressClassName ?? '<none>',
    hostsText(object),
    pointsText(object.status?.loadBalancer?.ingress ?? []),
    (object.spec?.tls ?? []).length > 0 ? '80, 443' : '80',
    ageOf(object, nowMs),
  ],
});

const shownMax = 3;

function hostsText({ spec }: Ingress): string {
  const rules = spec?.rules ?? [];
  const hosts: string[] = [];
  let isMore = false;
  for (const rule of rules) {
    if (hosts.length === shownMax) isMore = true;
    if (!isMore && rule.host) hosts.push(rule.host);
  }
  if (hosts.length === 0) return '*';
  return isMore ? `${hosts.join(',')} + ${rules.length - shownMax} more...` : hosts.join(',');
}
