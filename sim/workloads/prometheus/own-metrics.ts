/**
 * What Prometheus tells of itself, as far as it is kept here. Left out: how long scrapes, evaluations and
 * queries take, its storage, remote storage.
 * @upstream prometheus v3.5 cmd/prometheus/main.go, rules/group.go, notifier/metric.go, tsdb/head.go
 */
import { expositionOf, expositionType } from '../../api/exposition.js';
import type { HttpResponse } from '../../api/http-message.js';
import { gaugeNow, processStart } from '../../api/metric-vector.js';
import type { PrometheusServer } from '../../metrics/prometheus/server.js';

/** What is known of one. */
export interface OwnState {
  readonly server: PrometheusServer;
  readonly version: string;
  readonly startedMs: number;
  /** How its last loading went, and when one went well. */
  readonly isLoaded: boolean;
  readonly loadedMs: number;
  readonly alertmanagers: number;
}

/** The page. */
export function ownMetrics(state: OwnState): HttpResponse {
  const { server, version } = state;
  const body = expositionOf([
    gaugeNow(
      {
        name: 'prometheus_build_info',
        help: "A metric with a constant '1' value labeled by version, revision, branch, goversion from which prometheus was built, and the goos and goarch for the build.",
        labels: ['version'],
      },
      [[[version], 1]],
    ),
    gaugeNow(
      {
        name: 'prometheus_config_last_reload_successful',
        help: 'Whether the last configuration reload attempt was successful.',
      },
      [[[], state.isLoaded ? 1 : 0]],
    ),
    gaugeNow(
      {
        name: 'prometheus_config_last_reload_success_timestamp_seconds',
        help: 'Timestamp of the last successful configuration reload.',
      },
      [[[], state.loadedMs / 1000]],
    ),
    gaugeNow(
      {
        name: 'prometheus_notifications_alertmanagers_discovered',
        help: 'The number of alertmanagers discovered and active.',
      },
      [[[], state.alertmanagers]],
    ),
    gaugeNow(
      {
        name: 'prometheus_rule_group_rules',
        help: 'The number of rules.',
        labels: ['rule_group'],
      },
      server.groups().map(({ group, rules }) => [[group.name], rules.length]),
    ),
    processStart(state.startedMs),
  ]);
  return { status: 200, contentType: expositionType, body };
}
