/** Checks of what autoscalers look at. @upstream pkg/apis/autoscaling/validation/validation.go validateMetrics */
import type {
  ContainerResourceMetricSource,
  ExternalMetricSource,
  HorizontalPodAutoscalerSpec,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ObjectMetricSource,
  PodsMetricSource,
} from '../../../api/kinds/autoscaling.js';
import { pathSegmentErrors } from '../../../api/labels.js';
import { forbidden, invalid, notSupported, required } from '../field-error.js';
import { checkCrossReference, type VersionRule } from './autoscaler.js';
import { amount, checkLabel, tell, type Errors } from './checks.js';
import { checkContainerResourceName } from './resource-names.js';

/** The metrics of an autoscaler. */
export function checkMetrics(
  { metrics = [], minReplicas }: HorizontalPodAutoscalerSpec,
  rule: VersionRule,
  errors: Errors,
): void {
  for (const [index, metric] of metrics.entries()) {
    checkMetric(metric, `spec.metrics[${index}]`, rule, errors);
  }
  if (minReplicas !== 0) return;
  if (metrics.some(({ type }) => type === 'Object' || type === 'External')) return;
  const text =
    'must specify at least one Object or External metric to support scaling to zero replicas';
  errors.push(forbidden('spec.metrics', text));
}

const fields = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;

const fieldOf: Readonly<Record<string, (typeof fields)[number]>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

const types = Object.keys(fieldOf);

function checkMetric(metric: MetricSpec, path: string, rule: VersionRule, errors: Errors): void {
  const { type = '' } = metric;
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric source type'));
  const wanted = fieldOf[type];
  if (wanted === undefined) errors.push(notSupported(`${path}.type`, type, types));
  const present = fields.filter(field => metric[field] !== undefined);
  const [first] = present;
  if (first !== undefined) checkSource(metric, first, `${path}.${first}`, rule, errors);
  if (wanted === undefined) errors.push(notSupported(`${path}.type`, type, types));
  else if (metric[wanted] === undefined) {
    const text = 'must populate information for the given metric source';
    errors.push(required(`${path}.${wanted}`, text));
  }
  if (present.length === 1) return;
  for (const field of present) {
    if (field === wanted) continue;
    errors.push(forbidden(`${path}.${field}`, 'must populate the given metric source only'));
  }
}

function checkSource(
  metric: MetricSpec,
  field: (typeof fields)[number],
  path: string,
  rule: VersionRule,
  errors: Errors,
): void {
  const { object, external, pods, resource, containerResource } = metric;
  if (field === 'object' && object) checkObject(object, path, rule, errors);
  else if (field === 'external' && external) checkExternal(external, path, errors);
  else if (field === 'pods' && pods) checkPods(pods, path, errors);
  else if (field === 'resource' && resource) {
    checkName(resource.name, 'must specify a resource name', `${path}.name`, errors);
    checkUse(resource.target, `${path}.target`, errors);
  } else if (containerResource) checkContainer(containerResource, path, errors);
}

function checkName(name: string, text: string, path: string, errors: Errors): void {
  if (!name) errors.push(required(path, text));
}

function checkObject(
  { describedObject, metric, target }: ObjectMetricSource,
  path: string,
  rule: VersionRule,
  errors: Errors,
): void {
  checkCrossReference(describedObject, `${path}.describedObject`, rule, errors);
  checkIdentifier(metric, `${path}.metric`, errors);
  checkTarget(target, `${path}.target`, errors);
  if (target.value !== undefined || target.averageValue !== undefined) return;
  const text = 'must set either a target value or averageValue';
  errors.push(required(`${path}.target.averageValue`, text));
}

function checkExternal(
  { metric, target }: ExternalMetricSource,
  path: string,
  errors: Errors,
): void {
  checkIdentifier(metric, `${path}.metric`, errors);
  checkTarget(target, `${path}.target`, errors);
  const [hasValue, hasAverage] = [target.value !== undefined, target.averageValue !== undefined];
  if (!hasValue && !hasAverage) {
    const text = 'must set either a target value for metric or a per-pod target';
    errors.push(required(`${path}.target.averageValue`, text));
  }
  if (hasValue && hasAverage) {
    const text = 'may not set both a target value for metric and a per-pod target';
    errors.push(forbidden(`${path}.target.value`, text));
  }
}

function checkPods({ metric, target }: PodsMetricSource, path: string, errors: Errors): void {
  checkIdentifier(metric, `${path}.metric`, errors);
  checkTarget(target, `${path}.target`, errors);
  if (target.averageValue !== undefined) return;
  const text = 'must specify a positive target averageValue';
  errors.push(required(`${path}.target.averageValue`, text));
}

function checkContainer(
  { name, container, target }: ContainerResourceMetricSource,
  path: string,
  errors: Errors,
): void {
  if (!name) errors.push(required(`${path}.name`, 'must specify a resource name'));
  else checkContainerResourceName(name, `${path}.name`, errors);
  if (!container) errors.push(required(`${path}.container`, 'must specify a container'));
  else checkLabel(container, `${path}.container`, errors);
  checkUse(target, `${path}.target`, errors);
}

/** The target of a resource: a share of what was asked for, or an amount. */
function checkUse(target: MetricTarget, path: string, errors: Errors): void {
  checkTarget(target, path, errors);
  const [hasShare, hasAmount] = [
    target.averageUtilization !== undefined,
    target.averageValue !== undefined,
  ];
  if (!hasShare && !hasAmount) {
    const text = 'must set either a target raw value or a target utilization';
    errors.push(required(`${path}.averageUtilization`, text));
  }
  if (hasShare && hasAmount) {
    const text = 'may not set both a target raw value and a target utilization';
    errors.push(forbidden(`${path}.averageValue`, text));
  }
}

const targetTypes = ['Utilization', 'Value', 'AverageValue'];

function checkTarget(target: MetricTarget, path: string, errors: Errors): void {
  const { type = '', averageUtilization: share } = target;
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!targetTypes.includes(type)) {
    const text = 'must be either Utilization, Value, or AverageValue';
    errors.push(invalid(`${path}.type`, type, text));
  }
  for (const field of ['value', 'averageValue'] as const) {
    if (target[field] === undefined) continue;
    const quantity = amount(target[field]);
    if (quantity.sign() > 0) continue;
    errors.push(invalid(`${path}.${field}`, quantity.toString(), 'must be positive'));
  }
  if (share !== undefined && share < 1) {
    errors.push(invalid(`${path}.averageUtilization`, share, 'must be greater than 0'));
  }
}

function checkIdentifier({ name }: MetricIdentifier, path: string, errors: Errors): void {
  if (!name) errors.push(required(`${path}.name`, 'must specify a metric name'));
  else tell(pathSegmentErrors(name), name, `${path}.name`, errors);
}
