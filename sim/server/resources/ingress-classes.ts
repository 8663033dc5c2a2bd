/** IngressClasses. @upstream pkg/registry/networking/ingressclass/strategy.go */
import { ingressClasses, type IngressClass } from '../../api/kinds/networking.js';
import { ageOf } from './columns/cell.js';
import { ingressClassColumns } from './columns/network.js';
import { fill, within } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateIngressClass, validateIngressClassUpdate } from './validation/ingress-class.js';

const defaultAnnotation = 'ingressclass.kubernetes.io/is-default-class';

/** The strategy of IngressClasses. */
export const ingressClass = strategyOf<IngressClass>({
  kind: ingressClasses,
  defaults: object =>
    within(fill(object, { spec: {} }), 'spec', spec =>
      within(spec, 'parameters', parameters => fill(parameters, { scope: 'Cluster' })),
    ),
  hasGeneration: true,
  validate: validateIngressClass,
  validateUpdate: validateIngressClassUpdate,
  columns: ingressClassColumns,
  cells: (object, nowMs) => {
    const isDefault = object.metadata.annotations?.[defaultAnnotation] === 'true';
    return [
      `${object.metadata.name}${isDefault ? ' (default)' : ''}`,
      object.spec?.controller ?? '',
      parametersText(object),
      ageOf(object, nowMs),
    ];
  },
});

function parametersText({ spec }: IngressClass): string {
  const parameters = spec?.parameters;
  if (parameters === undefined) return '<none>';
  const group = parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
  return `${parameters.kind}${group}/${parameters.name}`;
}
