/** Events of core/v1. @upstream pkg/registry/core/event/strategy.go */
import { events, type Event } from '../../api/kinds/core.js';
import { sinceText } from './columns/cell.js';
import { eventColumns } from './columns/core.js';
import { fill } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateEvent } from './validation/event.js';

/** The strategy of Events. */
export const event = strategyOf<Event>({
  kind: events,
  checksOwnMeta: false,
  allowsCreateOnUpdate: true,
  defaultPropagation: 'Unsupported',
  validate: object => validateEvent(object),
  validateUpdate: object => validateEvent(object),
  // Absent times are told as null, and who reported as empty.
  defaults: object =>
    fill(object, {
      source: {},
      firstTimestamp: null as never,
      lastTimestamp: null as never,
      eventTime: null as never,
      reportingComponent: '',
      reportingInstance: '',
    }),
  selectableFields: {
    'involvedObject.kind': object => object.involvedObject.kind ?? '',
    'involvedObject.namespace': object => object.involvedObject.namespace ?? '',
    'involvedObject.name': object => object.involvedObject.name ?? '',
    'involvedObject.uid': object => object.involvedObject.uid ?? '',
    'involvedObject.apiVersion': object => object.involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': object => object.involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': object => object.involvedObject.fieldPath ?? '',
    reason: object => object.reason ?? '',
    reportingComponent: object => object.reportingComponent ?? '',
    source: object => object.source?.component || object.reportingComponent || '',
    type: object => object.type ?? '',
  },
  fieldSelectorError: 'not-supported',
  columns: eventColumns,
  cells: eventCells,
});

/** The cells of an event, of either version. */
export function eventCells(event: Event, nowMs: number): readonly unknown[] {
  const target = event.involvedObject;
  const kind = (target.kind ?? '').toLowerCase();
  const { firstText, lastText, count } = sightings(event, nowMs);
  const component = event.source?.component || event.reportingComponent || '';
  const instance = event.source?.host || event.reportingInstance || '';
  return [
    lastText,
    event.type ?? '',
    event.reason ?? '',
    target.name ? `${kind}/${target.name}` : kind,
    target.fieldPath ?? '',
    instance === '' ? component : `${component}, ${instance}`,
    (event.message ?? '').trim(),
    firstText,
    count,
    event.metadata.name,
  ];
}

function sightings(
  event: Event,
  nowMs: number,
): { readonly firstText: string; readonly lastText: string; readonly count: number } {
  const firstText = sinceText(event.firstTimestamp || event.eventTime, nowMs);
  if (event.series) {
    const lastText = sinceText(event.series.lastObservedTime, nowMs);
    return { firstText, lastText, count: event.series.count ?? 0 };
  }
  const lastText = event.lastTimestamp ? sinceText(event.lastTimestamp, nowMs) : firstText;
  return { firstText, lastText, count: event.count || 1 };
}
