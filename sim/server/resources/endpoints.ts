/** Endpoints. @upstream pkg/registry/core/endpoint/strategy.go */
import { endpoints as endpointsKind, type Endpoints } from '../../api/kinds/core.js';
import { ageOf } from './columns/cell.js';
import { endpointsColumns } from './columns/core.js';
import { eachItem, fillEmpty, within } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateEndpoints } from './validation/endpoints.js';

const warning = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice';

/** What every request on Endpoints is told. */
export const endpointsWarning = warning;

/** The strategy of Endpoints. */
export const endpoints = strategyOf<Endpoints>({
  kind: endpointsKind,
  allowsCreateOnUpdate: true,
  validate: object => validateEndpoints(object),
  validateUpdate: validateEndpoints,
  warningsOnCreate: () => [warning],
  warningsOnUpdate: () => [warning],
  defaults: object =>
    within(object, 'subsets', subsets =>
      eachItem(subsets, subset =>
        within(subset, 'ports', ports =>
          eachItem(ports, port => fillEmpty(port, { protocol: 'TCP' })),
        ),
      ),
    ),
  columns: endpointsColumns,
  cells: (object, nowMs) => [object.metadata.name, addressesText(object), ageOf(object, nowMs)],
});

const shownMax = 3;

function addressesText({ subsets }: Endpoints): string {
  if ((subsets ?? []).length === 0) return '<none>';
  const all: string[] = [];
  for (const { addresses, ports } of subsets ?? []) {
    for (const { ip } of addresses ?? []) {
      const host = ip.includes(':') ? `[${ip}]` : ip;
      if ((ports ?? []).length === 0) all.push(ip);
      else for (const port of ports ?? []) all.push(`${host}:${port.port}`);
    }
  }
  const shown = all.slice(0, shownMax).join(',');
  return all.length > shownMax ? `${shown} + ${all.length - shownMax} more...` : shown;
}
