/** The records of an incident in the form of the contract. */
import type {
  RecordedAlert,
  RecordedDecision,
  RecordedEvent,
  RecordedObject,
  RecordedSeries,
} from '../contract.js';
import type { Source } from '../import/format.js';
import type { Incident } from '../rebuild/incident.js';
import { timeText } from '../rebuild/stretches.js';
import { dumpedSights } from '../rebuild/known.js';
import { whyLeftOut } from '../rebuild/left-out.js';
import { withoutSecrets } from '../rebuild/tidy.js';

/** `file:line`. */
function sourceText({ file, line }: Source): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** The events, by time. */
export function recordedEvents({ events }: Incident): RecordedEvent[] {
  return events.map(event => {
    const { atMs, untilMs, count, type, reason, message, kind, namespace, name, component } = event;
    return {
      at: timeText(atMs),
      ...(untilMs !== undefined && { until: timeText(untilMs) }),
      count,
      type,
      reason,
      message,
      kind,
      ...(namespace !== undefined && { namespace }),
      name,
      ...(component !== undefined && { component }),
      source: sourceText(event.source),
    };
  });
}

/** The series. */
export function recordedSeries({ series }: Incident): RecordedSeries[] {
  return series.map(({ metric, labels, samples, stepMs, source }) => ({
    metric,
    labels,
    samples: samples.map(([atMs, value]) => [atMs, jsonNumber(value)] as const),
    ...(stepMs !== undefined && { stepMs }),
    source: sourceText(source),
  }));
}

function jsonNumber(value: number): number | 'NaN' | '+Inf' | '-Inf' {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : value;
}

/** The alerts, by time. */
export function recordedAlerts({ alerts }: Incident): RecordedAlert[] {
  return alerts.map(({ alert, labels, pendingMs, firingMs, resolvedMs, source }) => ({
    alert,
    labels,
    ...(pendingMs !== undefined && { pending: timeText(pendingMs) }),
    ...(firingMs !== undefined && { firing: timeText(firingMs) }),
    ...(resolvedMs !== undefined && { resolved: timeText(resolvedMs) }),
    source,
  }));
}

/** The scheduler's decisions, by time; without its log, the placements that others tell. */
export function recordedDecisions({ decisions, lives }: Incident): RecordedDecision[] {
  if (decisions.length > 0) {
    return decisions.map(({ atMs, source, ...rest }) => ({
      at: timeText(atMs),
      ...rest,
      source: sourceText(source),
    }));
  }
  return lives
    .flatMap(({ namespace, name, node, scheduledMs }): RecordedDecision[] =>
      node === undefined || scheduledMs === undefined
        ? []
        : [{ at: timeText(scheduledMs), namespace, pod: name, node, source: 'placements' }],
    )
    .toSorted((a, b) => (a.at < b.at ? -1 : 1));
}

/** Each object as the best dump of each moment from the start on shows it, with its status. */
export function recordedObjects({ known, times }: Incident): RecordedObject[] {
  const { start, startMs } = times;
  return known.flatMap(each => {
    // What every cluster has is no part of the incident.
    if (isEverybodys(each.newest.object)) return [];
    return dumpedSights(each).flatMap(({ atMs = startMs, source, object: shown }) => {
      if (start !== undefined && atMs < start.atMs) return [];
      const { managedFields: _fields, ...metadata } = shown.metadata;
      const at = timeText(atMs === start?.atMs ? startMs : atMs);
      const object = withoutSecrets({ ...shown, metadata });
      return [{ at, source: sourceText(source), object }];
    });
  });
}

/** What every cluster has: it tells nothing of this one. */
export function isEverybodys(object: RecordedObject['object']): boolean {
  const why = whyLeftOut(object) ?? '';
  return /^(every |the cluster's own|heartbeats|a view|a token)/.test(why);
}
