/** Ingresses. @upstream pkg/registry/networking/ingress/strategy.go */
import { ingresses, type Ingress } from '../../api/kinds/networking.js';
import { ageOf } from './columns/cell.js';
import { ingressColumns } from './columns/network.js';
import { fill, within } from './defaults/fill.js';
import { freshStatus, keepSpec, keepStatus } from './parts.js';
import { pointsText } from './services.js';
import { strategyOf } from './strategy.js';

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
  status: { prepareForUpdate: keepSpec },
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
