/** Counts pods. @upstream kedacore/keda v2.20.2 pkg/scalers/kubernetes_workload_scaler.go */
import type { MetricSpec } from '../../../api/kinds/autoscaling.js';
import { pods } from '../../../api/kinds/core.js';
import { parseSelector, type Selector } from '../../../api/selectors.js';
import type { Reconciliation } from '../../../client/contract.js';
import { Parameters } from './parameters.js';
import {
  externalSpec,
  type MakeScaler,
  type Reading,
  type Scaler,
  type ScalerTools,
} from './scaler.js';

/** The scaler. */
export const kubernetesWorkloadScaler: MakeScaler = settings => {
  const { namespace } = settings;
  const parameters = new Parameters(settings);
  const selector = parameters.text('podSelector');
  const value = parameters.number('value', 0);
  const activation = parameters.number('activationValue', 0);
  const isByNode = parameters.flag('groupByNode', false);
  if (value <= 0) parameters.refuse('value must be a float greater than 0');
  const spec = externalSpec(settings, `workload-${namespace}`, value);
  if ('error' in spec) return spec;
  const failed = (problem: string) => ({
    error: `error parsing kubernetes workload metadata: ${problem}`,
  });
  if (parameters.error !== undefined) {
    return failed(`error parsing kubernetes workload metadata: ${parameters.error}`);
  }
  const parsed = parseSelector(selector);
  if (!parsed.isOk) return failed(`error parsing pod selector: ${parsed.error}`);
  return new WorkloadScaler(spec, { namespace, activation, isByNode, selector: parsed.value });
};

class WorkloadScaler implements Scaler {
  constructor(
    readonly spec: MetricSpec,
    private readonly of: {
      readonly namespace: string;
      readonly selector: Selector;
      readonly activation: number;
      readonly isByNode: boolean;
    },
  ) {}

  // eslint-disable-next-line require-yield
  *read({ view }: ScalerTools): Reconciliation<Reading> {
    const { namespace, selector, isByNode, activation } = this.of;
    const counted = view
      .list(pods, namespace)
      .filter(({ metadata }) => selector.matches(metadata.labels))
      .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
    const nodes = counted.flatMap(({ spec }) => spec?.nodeName ?? []);
    const count = isByNode ? new Set(nodes).size : counted.length;
    return { value: count, isActive: count > activation };
  }
}
