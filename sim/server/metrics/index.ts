/** What the API server tells of itself at `/metrics`. */
import { expositionOf, type Family } from '../../api/exposition.js';
import { buildInfo, versionInfo } from '../../api/build-info.js';
import { gaugeNow, processStart } from '../../api/metric-vector.js';
import type { APIService } from '../../api/kinds/apiregistration.js';
import type { Clock } from '../../engine/clock.js';
import type { Registry } from '../registry.js';
import { AdmissionMetrics } from './admission.js';
import { AggregationMetrics } from './aggregation.js';
import { RequestMetrics } from './requests.js';

/** The metrics of one server. */
export class ServerMetrics {
  readonly requests: RequestMetrics;
  readonly admission = new AdmissionMetrics();
  readonly aggregation = new AggregationMetrics();
  private readonly startedMs: number;

  /** Counts from the first look on, or, where somebody is sure to look, from the beginning. */
  constructor(clock: Clock, isCounting: boolean) {
    this.requests = new RequestMetrics(clock, isCounting);
    this.startedMs = clock.now();
  }

  get isCounting(): boolean {
    return this.requests.isCounting;
  }

  /** The page, in Go's order. */
  text(registry: Registry, apis: readonly APIService[]): string {
    return expositionOf([
      ...objectFamilies(registry),
      ...this.requests.families(),
      ...this.admission.families(),
      ...this.aggregation.families(apis),
      buildInfo(),
      versionInfo(),
      processStart(this.startedMs),
    ]);
  }
}

/** Under the new name and the old one. @upstream apiserver/pkg/storage/etcd3/metrics/metrics.go */
function objectFamilies(registry: Registry): readonly Family[] {
  const rows = new Map<string, { group: string; resource: string; size: number }>();
  for (const { group, versions } of registry.groups()) {
    for (const { kind, collection } of versions.flatMap(({ resources }) => resources)) {
      const { resource } = kind;
      if (!rows.has(collection.resource)) {
        rows.set(collection.resource, { group, resource, size: collection.size });
      }
    }
  }
  const all = [...rows];
  const told =
    'Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.';
  return [
    gaugeNow(
      {
        name: 'apiserver_resource_objects',
        help: `[ALPHA] ${told}`,
        labels: ['group', 'resource'],
      },
      all.map(([, { group, resource, size }]) => [[group, resource], size]),
    ),
    gaugeNow(
      {
        name: 'apiserver_storage_objects',
        help: `[STABLE] (Deprecated since 1.34.0) [DEPRECATED, consider using apiserver_resource_objects instead] ${told}`,
        labels: ['resource'],
      },
      all.map(([name, { size }]) => [[name], size]),
    ),
  ];
}
