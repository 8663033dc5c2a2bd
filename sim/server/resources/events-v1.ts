/** Events of events.k8s.io/v1: another view of core/v1's. @upstream pkg/apis/events/v1/conversion.go */
import { apiVersionOf, type KubeObject } from '../../api/object.js';
import { events as coreEvents, type Event as CoreEvent } from '../../api/kinds/core.js';
import { events, type Event } from '../../api/kinds/events.js';
import { eventColumns } from './columns/core.js';
import { fill } from './defaults/fill.js';
import { eventCells } from './events.js';
import { strategyOf } from './strategy.js';
import { validateStrictEvent, validateStrictEventUpdate } from './validation/event.js';

/** The strategy of Events as events.k8s.io/v1 shows them. */
export const eventV1 = strategyOf<Event>({
  kind: events,
  storedAs: coreEvents as never,
  allowsCreateOnUpdate: true,
  // Checks see the stored version, whatever was sent.
  validate: object => validateStrictEvent(stored(object)),
  validateUpdate: (object, old) => validateStrictEventUpdate(stored(object), stored(old)),
  defaults: object =>
    fill(object, {
      eventTime: null as never,
      regarding: {},
      deprecatedSource: {},
      deprecatedFirstTimestamp: null as never,
      deprecatedLastTimestamp: null as never,
    }),
  toStored,
  fromStored,
  fieldLabels: {
    'regarding.kind': 'involvedObject.kind',
    'regarding.namespace': 'involvedObject.namespace',
    'regarding.name': 'involvedObject.name',
    'regarding.uid': 'involvedObject.uid',
    'regarding.apiVersion': 'involvedObject.apiVersion',
    'regarding.resourceVersion': 'involvedObject.resourceVersion',
    'regarding.fieldPath': 'involvedObject.fieldPath',
    reason: 'reason',
    reportingController: 'reportingComponent',
    type: 'type',
  },
  fieldSelectorError: 'not-supported',
  columns: eventColumns,
  cells: (object, nowMs) => eventCells(toStored(object) as unknown as CoreEvent, nowMs),
});

function stored(object: unknown): CoreEvent {
  return object as CoreEvent;
}

/** Adds the fields that are there. */
function addDefined(
  target: Record<string, unknown>,
  fields: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  for (const name in fields) if (fields[name] !== undefined) target[name] = fields[name];
  return target;
}

function toStored(event: Event): KubeObject {
  const {
    note,
    regarding,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    reportingController,
    ...shared
  } = event;
  const converted = addDefined(Object.assign({}, shared), {
    message: note,
    count: deprecatedCount,
  });
  return Object.assign(converted, {
    apiVersion: apiVersionOf(coreEvents),
    metadata: event.metadata,
    involvedObject: regarding ?? {},
    source: deprecatedSource ?? {},
    firstTimestamp: deprecatedFirstTimestamp ?? null,
    lastTimestamp: deprecatedLastTimestamp ?? null,
    eventTime: event.eventTime ?? null,
    reportingComponent: reportingController ?? '',
    reportingInstance: event.reportingInstance ?? '',
  });
}

function fromStored(stored: KubeObject): Event {
  const {
    message,
    involvedObject,
    source,
    firstTimestamp,
    lastTimestamp,
    count,
    reportingComponent,
    reportingInstance,
    ...shared
  } = stored as unknown as CoreEvent;
  const converted = addDefined(Object.assign({}, shared), {
    note: message || undefined,
    deprecatedCount: count,
    reportingController: reportingComponent || undefined,
    reportingInstance: reportingInstance || undefined,
  });
  return Object.assign(converted, {
    apiVersion: apiVersionOf(events),
    eventTime: shared.eventTime ?? null,
    regarding: involvedObject,
    deprecatedSource: source ?? {},
    deprecatedFirstTimestamp: firstTimestamp ?? null,
    deprecatedLastTimestamp: lastTimestamp ?? null,
  }) as unknown as Event;
}
