/** Which APIServices cannot be reached. @upstream kube-aggregator/pkg/controllers/status/metrics/metrics.go */
import type { Family } from '../../api/exposition.js';
import type { APIService } from '../../api/kinds/apiregistration.js';
import { findCondition } from '../../api/meta.js';
import { Counters, gaugeNow } from '../../api/metric-vector.js';

/** The counts of one server. */
export class AggregationMetrics {
  private readonly losses = new Counters({
    name: 'aggregator_unavailable_apiservice_total',
    help: '[ALPHA] Counter of APIServices which are marked as unavailable broken down by APIService name and reason.',
    labels: ['name', 'reason'],
  });

  /** One that was available is not any more. */
  lost(name: string, reason: string): void {
    this.losses.add([name, reason]);
  }

  families(apis: readonly APIService[]): readonly Family[] {
    const isAvailable = ({ status }: APIService) =>
      findCondition(status?.conditions, 'Available')?.status === 'True';
    return [
      this.losses.family(),
      gaugeNow(
        {
          name: 'aggregator_unavailable_apiservice',
          help: '[ALPHA] Gauge of APIServices which are marked as unavailable broken down by APIService name.',
          labels: ['name'],
        },
        apis.map(api => [[api.metadata.name ?? ''], isAvailable(api) ? 0 : 1]),
      ),
    ];
  }
}
