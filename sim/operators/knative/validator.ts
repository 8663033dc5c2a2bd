/** The webhook that refuses. @upstream knative/serving v1.22.1 pkg/apis/serving/v1/{service,configuration,revision,route}_validation.go, pkg/apis/serving/metadata_validation.go */
import { deepEqual } from '../../api/equality.js';
import { dns1035LabelErrors } from '../../api/labels.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import type { KubeObject } from '../../api/object.js';
import type { Webhook, WebhookRequest } from '../admission/webhook.js';
import {
  disallowed,
  invalidValue,
  outOfBounds,
  printedProblems,
  within,
  type FieldProblem,
} from './field-problem.js';
import { keys } from './keys.js';
import { revisionProblems } from './revision-problems.js';
import { scaleProblems } from './scale-problems.js';
import { readSettings, type KnativeSettings } from './settings.js';
import type {
  Configuration,
  KnativeService,
  Revision,
  RevisionTemplate,
  Route,
  TrafficTarget,
} from './types.js';

/** Judges an object of any kind of Knative. */
export const judge: Webhook = function* (request) {
  if (request.object === undefined || request.operation === 'DELETE') return { isAllowed: true };
  const settings = yield* readSettings();
  if (typeof settings === 'string') {
    return { isAllowed: false, code: 400, message: `validation failed: ${settings}` };
  }
  const problems = problemsOf(request.object, request, settings);
  if (problems.length === 0) return { isAllowed: true };
  const message = `validation failed: ${printedProblems(problems)}`;
  return { isAllowed: false, code: 400, message };
};

function problemsOf(
  object: KubeObject,
  { operation, oldObject }: WebhookRequest,
  settings: KnativeSettings,
): readonly FieldProblem[] {
  switch (object.kind) {
    case 'Service':
      return serviceProblems(object as unknown as KnativeService, oldObject, settings);
    case 'Configuration':
      return configurationProblems(object as unknown as Configuration, oldObject, settings);
    case 'Route':
      return routeProblems(object as unknown as Route, oldObject);
    case 'Revision': {
      const revision = object as unknown as Revision;
      const old = operation === 'UPDATE' ? (oldObject as unknown as Revision) : undefined;
      return ofRevision(revision, old, settings);
    }
    default:
      return [];
  }
}

function serviceProblems(
  service: KnativeService,
  oldObject: KubeObject | undefined,
  settings: KnativeSettings,
): readonly FieldProblem[] {
  const { metadata, spec } = service;
  const old = oldObject as unknown as KnativeService | undefined;
  const traffic = trafficProblems(spec.traffic ?? [], { isOfService: true });
  return [
    ...within('metadata', metadataProblems(metadata)),
    ...within('spec.template', templateProblems(spec.template, metadata, settings)),
    ...within('spec.traffic', traffic),
    ...userProblems(service, old),
    ...nameProblems(spec.template, old?.spec.template),
  ];
}

function configurationProblems(
  configuration: Configuration,
  oldObject: KubeObject | undefined,
  settings: KnativeSettings,
): readonly FieldProblem[] {
  const { metadata, spec } = configuration;
  const old = oldObject as unknown as Configuration | undefined;
  const isOwned = metadata.ownerReferences !== undefined;
  return [
    ...within('metadata', metadataProblems(metadata)),
    ...within('spec.template', templateProblems(spec.template, metadata, settings)),
    ...(isOwned ? [] : userProblems(configuration, old)),
    ...nameProblems(spec.template, old?.spec.template),
  ];
}

function routeProblems(route: Route, oldObject: KubeObject | undefined): readonly FieldProblem[] {
  const old = oldObject as unknown as Route | undefined;
  const isOwned = route.metadata.ownerReferences !== undefined;
  return [
    ...within('metadata', metadataProblems(route.metadata)),
    ...within('spec.traffic', trafficProblems(route.spec.traffic ?? [], { isOfService: false })),
    ...(isOwned ? [] : userProblems(route, old)),
  ];
}

function ofRevision(
  { metadata, spec }: Revision,
  old: Revision | undefined,
  settings: KnativeSettings,
): readonly FieldProblem[] {
  const annotations = metadata.annotations ?? {};
  const scale = within('metadata.annotations', scaleProblems(annotations, settings.autoscaler));
  if (old === undefined) return [...scale, ...within('spec', revisionProblems(spec, settings))];
  if (deepEqual(old.spec, spec)) return scale;
  return [...scale, { message: 'Immutable fields changed (-old +new)', paths: ['spec'] }];
}

function metadataProblems({ name = '', annotations = {} }: ObjectMeta): readonly FieldProblem[] {
  const wrong = dns1035LabelErrors(name);
  const scaled = Object.keys(annotations).filter(key => key.startsWith(keys.autoscalingPrefix));
  const details =
    'autoscaling annotations must be put under "spec.template.metadata.annotations" to work';
  return [
    ...(name !== '' && wrong.length > 0
      ? [{ message: `not a DNS 1035 label: [${wrong.join(' ')}]`, paths: ['name'] }]
      : []),
    ...scaled.map(key => ({
      message: `invalid key name "${key}"`,
      paths: ['annotations'],
      details,
    })),
  ];
}

function templateProblems(
  template: RevisionTemplate = {},
  { name: parent = '' }: ObjectMeta,
  settings: KnativeSettings,
): readonly FieldProblem[] {
  const { name = '', annotations = {} } = template.metadata ?? {};
  const wrong = name === '' ? [] : dns1035LabelErrors(name);
  const prefix = `${parent}-`;
  const misnamed =
    wrong.length > 0
      ? [invalidValue(`not a DNS 1035 label: [${wrong.join(' ')}]`, 'metadata.name')]
      : name !== '' && !name.startsWith(prefix)
        ? [invalidValue(`"${name}" must have prefix "${prefix}"`, 'metadata.name')]
        : [];
  return [
    ...within('spec', revisionProblems(template.spec ?? {}, settings)),
    ...within('metadata.annotations', scaleProblems(annotations, settings.autoscaler)),
    ...misnamed,
  ];
}

/** A template that changes under one name. */
function nameProblems(
  template: RevisionTemplate | undefined,
  old: RevisionTemplate | undefined,
): readonly FieldProblem[] {
  const name = template?.metadata?.name ?? '';
  if (old === undefined || name === '' || name !== old.metadata?.name) return [];
  if (deepEqual(template, old)) return [];
  const message = 'Saw the following changes without a name change (-old +new)';
  return [{ message, paths: ['spec.template.metadata.name'] }];
}

/** Who made it stays; who changed it last is told only by a change. */
function userProblems(
  { metadata, spec }: KnativeService | Configuration | Route,
  old: KnativeService | Configuration | Route | undefined,
): readonly FieldProblem[] {
  if (old === undefined) return [];
  const { annotations: before = {} } = old.metadata;
  const { annotations: now = {} } = metadata;
  const isMoved = before[keys.creator] !== now[keys.creator];
  const isFalse = deepEqual(old.spec, spec) && before[keys.updater] !== now[keys.updater];
  return within('metadata.annotations', [
    ...(isMoved ? [{ message: 'annotation value is immutable', paths: [keys.creator] }] : []),
    ...(isFalse ? [invalidValue(now[keys.updater] ?? '', keys.updater)] : []),
  ]);
}

function trafficProblems(
  traffic: readonly TrafficTarget[],
  { isOfService }: { readonly isOfService: boolean },
): readonly FieldProblem[] {
  const sum = traffic.reduce((total, { percent = 0 }) => total + percent, 0);
  const each = traffic.flatMap((target, index) =>
    within(`[${index}]`, targetProblems(target, isOfService)),
  );
  const twice = traffic.flatMap(({ tag = '' }, index) => {
    const first = traffic.findIndex(other => other.tag === tag);
    const message = `Multiple definitions for "${tag}"`;
    const paths = [`[${index}].tag`, `[${first}].tag`];
    return tag !== '' && first < index ? [{ message, paths }] : [];
  });
  const total = { message: `Traffic targets sum to ${sum}, want 100`, paths: [''] };
  return [...each, ...twice, ...(sum === 100 ? [] : [total])];
}

function targetProblems(target: TrafficTarget, isOfService: boolean): readonly FieldProblem[] {
  const { revisionName = '', configurationName = '', latestRevision, percent = 0 } = target;
  const { tag = '', url = '' } = target;
  const wrongTag = tag === '' ? [] : dns1035LabelErrors(tag);
  const isContrary = latestRevision !== undefined && (revisionName !== '') === latestRevision;
  const contrary = `may not set revisionName "${revisionName}" when latestRevision is ${String(latestRevision)}`;
  return [
    ...(isContrary ? [{ message: contrary, paths: ['latestRevision'] }] : []),
    ...nameOfTarget(revisionName, configurationName, isOfService),
    ...(percent < 0 || percent > 100 ? [outOfBounds(percent, [0, 100], 'percent')] : []),
    ...(url === '' ? [] : [disallowed('url')]),
    ...(wrongTag.length > 0
      ? [invalidValue(`not a DNS 1035 label: [${wrongTag.join(' ')}]`, 'tag')]
      : []),
  ];
}

function nameOfTarget(
  revision: string,
  configuration: string,
  isOfService: boolean,
): readonly FieldProblem[] {
  if (isOfService) return configuration === '' ? [] : [disallowed('configurationName')];
  const paths = ['configurationName', 'revisionName'];
  if (revision !== '' && configuration !== '') {
    return [{ message: 'expected exactly one, got both', paths }];
  }
  if (revision !== '' || configuration !== '') return [];
  return [{ message: 'expected exactly one, got neither', paths }];
}
