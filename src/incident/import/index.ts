/** The formats, in the order in which they are asked: the first that recognises a file reads it. */
import { auditLog } from './audit-log.js';
import { clusterInfoDump } from './cluster-info-dump.js';
import { containerLogs } from './container-logs.js';
import { eventExport } from './event-export.js';
import type { Format } from './format.js';
import { kubernetesObjects } from './kubernetes-objects.js';
import { metricScrape } from './metric-scrape.js';
import { mustGather } from './must-gather.js';
import { openMetrics } from './open-metrics.js';
import { prometheusAlerts } from './prometheus-alerts.js';
import { queryRange } from './query-range.js';
import { schedulerLog } from './scheduler-log.js';
import { simkubeTrace } from './simkube-trace.js';
import { supportBundle } from './support-bundle.js';
import { tsdbDump } from './tsdb-dump.js';

/** All formats. */
export const formats: readonly Format[] = [
  simkubeTrace,
  auditLog,
  mustGather,
  supportBundle,
  clusterInfoDump,
  eventExport,
  kubernetesObjects,
  queryRange,
  prometheusAlerts,
  tsdbDump,
  openMetrics,
  metricScrape,
  schedulerLog,
  containerLogs,
];
