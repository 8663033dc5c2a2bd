/** Checks of Events. @upstream pkg/apis/core/validation/events.go */
import { deepEqual } from '../../../api/equality.js';
import type { Event } from '../../../api/kinds/core.js';
import { byteLength } from '../../../api/go-text.js';
import { dns1123SubdomainErrors } from '../../../api/labels.js';
import { objectMetaErrors } from '../../meta-validation.js';
import { invalid, required, type FieldError } from '../field-error.js';
import { checkQualifiedName, immutableText, tell, type Errors } from './checks.js';
import { checkFinalizers } from './finalizers.js';
import { goValue } from './go-value.js';

const instanceMax = 128;
const actionMax = 128;
const reasonMax = 128;
const messageMax = 1024;
const differsText = 'does not match event.namespace';

/** What is wrong with an Event of either version. */
export function validateEvent(event: Event, reporterField = 'reportingComponent') {
  const errors: Errors = [];
  const { metadata, involvedObject } = event;
  const namespace = metadata.namespace ?? '';
  const target = involvedObject.namespace ?? '';
  const path = 'involvedObject.namespace';
  if (!event.eventTime) {
    const isFine = target === '' ? ['', 'default'].includes(namespace) : target === namespace;
    if (!isFine) errors.push(invalid(path, target, differsText));
  } else {
    if (target === '' && !['default', 'kube-system'].includes(namespace)) {
      errors.push(invalid(path, target, differsText));
    }
    checkReport(event, reporterField, errors);
  }
  tell(dns1123SubdomainErrors(namespace), namespace, 'namespace', errors);
  return errors;
}

function checkReport(event: Event, reporterField: string, errors: Errors): void {
  const { reportingComponent: component = '', reportingInstance: instance = '' } = event;
  if (component === '') errors.push(required(reporterField));
  checkQualifiedName(component, reporterField, errors);
  checkText(instance, instanceMax, 'reportingInstance', errors);
  checkText(event.action ?? '', actionMax, 'action', errors);
  checkText(event.reason ?? '', reasonMax, 'reason', errors);
  checkLength(event.message ?? '', messageMax, 'message', errors);
}

function checkText(text: string, max: number, path: string, errors: Errors): void {
  if (text === '') errors.push(required(path));
  checkLength(text, max, path, errors);
}

function checkLength(text: string, max: number, path: string, errors: Errors): void {
  if (byteLength(text) <= max) return;
  errors.push(invalid(path, '', `can have at most ${max} characters`));
}

/** What is wrong with an Event that was sent as events.k8s.io/v1. */
export function validateStrictEvent(event: Event): readonly FieldError[] {
  const errors: Errors = [...validateEvent(event, 'reportingController')];
  const { metadata, type = '', source } = event;
  errors.push(...objectMetaErrors(metadata, { rule: 'subdomain', isNamespaced: true }));
  checkFinalizers(metadata, errors);
  checkSeries(event, errors);
  if (!event.eventTime) errors.push(required('eventTime'));
  if (type !== 'Normal' && type !== 'Warning') {
    errors.push(invalid('type', '', `has invalid value: ${type}`));
  }
  const unset = 'needs to be unset';
  if (event.firstTimestamp) errors.push(invalid('firstTimestamp', '', unset));
  if (event.lastTimestamp) errors.push(invalid('lastTimestamp', '', unset));
  if (event.count) errors.push(invalid('count', '', unset));
  if (source?.component || source?.host) errors.push(invalid('source', '', unset));
  return errors;
}

function checkSeries({ series }: Event, errors: Errors): void {
  if (!series) return;
  if ((series.count ?? 0) < 2) errors.push(invalid('series.count', '', 'should be at least 2'));
  if (!series.lastObservedTime) errors.push(required('series.lastObservedTime'));
}

const fixed = [
  ['involvedObject', 'involvedObject'],
  ['reason', 'reason'],
  ['message', 'message'],
  ['source', 'source'],
  ['firstTimestamp', 'firstTimestamp'],
  ['lastTimestamp', 'lastTimestamp'],
  ['count', 'count'],
  ['reason', 'reason'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
] as const;

/** Go prints an absent text as the empty one. */
const texts = new Set([
  'message',
  'reason',
  'type',
  'action',
  'reportingComponent',
  'reportingInstance',
]);

const structs: Readonly<Record<string, string>> = {
  involvedObject: 'core/v1.ObjectReference',
  related: 'core/v1.ObjectReference',
  source: 'core/v1.EventSource',
};

/** What is wrong with an update of an Event that was sent as events.k8s.io/v1. */
export function validateStrictEventUpdate(event: Event, old: Event): readonly FieldError[] {
  const errors: Errors = [...validateEvent(event, 'reportingController')];
  if (!deepEqual(event.series, old.series)) checkSeries(event, errors);
  for (const [field, path] of fixed) {
    const [now, before] = [event[field], old[field]];
    if (deepEqual(now, before)) continue;
    const type = structs[field];
    const absent = texts.has(field) ? '' : null;
    const value = type === undefined || !now ? (now ?? absent) : goValue(type, now);
    errors.push(invalid(path, value, immutableText));
  }
  return errors;
}
