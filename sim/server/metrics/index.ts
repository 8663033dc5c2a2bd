/** What the API server tells of itself at `/metrics`. */
import { expositionOf, type Family } from '../../api/exposition.js';
import { gaugeNow, processStart } from '../../api/metric-vector.js';
import type { Clock } from '../../engine/clock.js';
import { serverVersion } from '../discovery/version.js';
import type { Registry } from '../registry.js';
import { AdmissionMetrics } from './admission.js';
import { RequestMetrics } from './requests.js';

/** The metrics of one server. */
export class ServerMetrics {
  readonly requests: RequestMetrics;
  readonly admission = new AdmissionMetrics();
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
  text(registry: Registry): string {
    return expositionOf([
      ...objectFamilies(registry),
      ...this.requests.families(),
      ...this.admission.families(),
      buildInfo(),
      processStart(this.startedMs),
    ]);
  }
}

/** @upstream component-base/metrics/prometheus/version/metrics.go */
export function buildInfo(): Family {
  const { major, minor, gitVersion, gitCommit, gitTreeState, buildDate } = serverVersion;
  const { goVersion, compiler, platform } = serverVersion;
  return gaugeNow(
    {
      name: 'kubernetes_build_info',
      help: "[BETA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
      labels: [
        ...['major', 'minor', 'git_version', 'git_commit', 'git_tree_state'],
        ...['build_date', 'go_version', 'compiler', 'platform'],
      ],
    },
    [
      [
        [
          ...[major, minor, gitVersion, gitCommit, gitTreeState],
          ...[buildDate, goVersion, compiler, platform],
        ],
        1,
      ],
    ],
  );
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
