/** APIServices. @upstream staging/src/k8s.io/kube-aggregator/pkg/registry/apiservice/strategy.go */
import { apiServices, type APIService } from '../../api/kinds/apiregistration.js';
import { fill, within } from './defaults/fill.js';
import { findCondition } from '../../api/meta.js';
import { ageOf } from './columns/cell.js';
import { ageColumn, nameColumn, text } from './columns/column.js';
import { freshStatus, keepSpecAndLabels, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';
import { validateAPIService, validateAPIServiceStatus } from './validation/api-service.js';

/** The strategy of APIServices. */
export const apiService = strategyOf<APIService>({
  kind: apiServices,
  nameRule: 'path',
  allowsUnconditionalUpdate: false,
  defaults: object =>
    within(fill(object, { spec: {} as never, status: {} }), 'spec', spec =>
      within(spec, 'service', service => fill(service, { port: 443 })),
    ),
  prepareForCreate: freshStatus({}),
  prepareForUpdate: keepStatus,
  validate: validateAPIService,
  validateUpdate: validateAPIService,
  status: { prepareForUpdate: keepSpecAndLabels, validateUpdate: validateAPIServiceStatus },
  columns: [
    nameColumn,
    text('Service', 'The reference to the service that hosts this API endpoint.'),
    text('Available', 'Whether this service is available.'),
    ageColumn,
  ],
  cells: (object, nowMs) => {
    const service = object.spec?.service;
    const available = findCondition(object.status?.conditions, 'Available');
    let text = available?.status ?? 'Unknown';
    if (available?.status !== 'True' && available?.reason) text += ` (${available.reason})`;
    return [
      object.metadata.name,
      service === undefined ? 'Local' : `${service.namespace ?? ''}/${service.name ?? ''}`,
      text,
      ageOf(object, nowMs),
    ];
  },
});
