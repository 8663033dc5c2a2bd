/**
 * What each metric of an autoscaler asks for, and what its status tells of it.
 * @upstream pkg/controller/podautoscaler/horizontal.go computeReplicasForMetric
 */
import { goQuote } from '../../api/go-text.js';
import type {
  ContainerResourceMetricSource,
  ExternalMetricSource,
  HorizontalPodAutoscaler,
  MetricIdentifier,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
  ObjectMetricSource,
  PodsMetricSource,
} from '../../api/kinds/autoscaling.js';
import { selectorOf } from '../../api/selectors.js';
import type { Reconciliation } from '../../client/contract.js';
import { labelSelectorText } from '../control/label-selector-text.js';
import type { RestMapper } from '../control/rest-mapper.js';
import { externalMetric, objectMetric, podsMetrics, resourceMetrics } from './metrics-client.js';
import { milliOf, milliText } from './milli.js';
import {
  averageReplicas,
  externalTotal,
  resourceReplicas,
  valuePerPodReplicas,
  valueReplicas,
  type CalculationInput,
} from './replica-calculator.js';

/** What the metrics of one autoscaler are computed with. */
export interface ComputeInput extends CalculationInput {
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly mapper: RestMapper;
  /** The scale's selector, as it was printed. */
  readonly selector: string;
  readonly specReplicas: number;
  readonly statusReplicas: number;
}

/** Why a metric asks for nothing. */
export interface MetricFailure {
  /** The reason of the event and of the condition ScalingActive. */
  readonly reason: string;
  /** What the event says. */
  readonly error: string;
  /** What the whole computation fails with. */
  readonly wrapped: string;
}

/** What one metric asks for, or why it asks for nothing. */
export type MetricProposal =
  | { readonly replicas: number; readonly name: string; readonly status: MetricStatus }
  | MetricFailure;

/** Computes one metric. */
export function* computeMetric(
  spec: MetricSpec,
  input: ComputeInput,
): Reconciliation<MetricProposal> {
  if (spec.type === 'Object' && spec.object) return yield* computeObject(spec.object, input);
  if (spec.type === 'Pods' && spec.pods) return yield* computePods(spec.pods, input);
  if (spec.type === 'External' && spec.external) {
    return yield* computeExternal(spec.external, input);
  }
  if (spec.type === 'Resource' && spec.resource) {
    const { name } = spec.resource;
    const source = { ...spec.resource, container: '' };
    return yield* computeResource(source, input, {
      label: `${name} resource utilization`,
      reason: 'FailedGetResourceMetric',
      wrapping: `failed to get ${name} resource metric value`,
      status: current => ({ type: 'Resource', resource: { name, current } }),
    });
  }
  if (spec.type === 'ContainerResource' && spec.containerResource) {
    const { name, container } = spec.containerResource;
    return yield* computeResource(spec.containerResource, input, {
      label: `${name} container resource utilization`,
      reason: 'FailedGetContainerResourceMetric',
      wrapping: `failed to get ${container} container metric value`,
      status: current => ({
        type: 'ContainerResource',
        containerResource: { name, current, container },
      }),
    });
  }
  const error = `unknown metric source type ${goQuote(spec.type)}`;
  return { reason: 'InvalidMetricSourceType', error, wrapped: error };
}

/** How the two kinds of resource metrics are told. */
interface ResourceWording {
  readonly label: string;
  readonly reason: string;
  readonly wrapping: string;
  readonly status: (current: MetricValueStatus) => MetricStatus;
}

function* computeResource(
  source: ContainerResourceMetricSource,
  input: ComputeInput,
  wording: ResourceWording,
): Reconciliation<MetricProposal> {
  const { reason, wrapping } = wording;
  const proposal = yield* resourceProposal(source, input);
  if ('error' in proposal) {
    const { error } = proposal;
    return { reason, error, wrapped: `${wrapping}: ${error}` };
  }
  const { replicas, current, isUtilization } = proposal;
  const name = isUtilization
    ? `${wording.label} (percentage of request)`
    : `${source.name} resource`;
  return { replicas, name, status: wording.status(current) };
}

function* resourceProposal(
  { name: resource, container, target }: ContainerResourceMetricSource,
  input: ComputeInput,
): Reconciliation<
  | {
      readonly replicas: number;
      readonly current: MetricValueStatus;
      readonly isUtilization: boolean;
    }
  | { readonly error: string }
> {
  const { averageValue, averageUtilization } = target;
  if (averageValue === undefined && averageUtilization === undefined) {
    return { error: noTarget('resource', 'an average utilization', 'an average value (usage)') };
  }
  const what = averageValue === undefined ? 'utilization' : 'usage';
  const failed = (error: string) => ({ error: `failed to get ${resource} ${what}: ${error}` });
  const metrics = yield* resourceMetrics({ ...placeOf(input), resource, container });
  if ('error' in metrics) {
    return failed(`unable to get metrics for resource ${resource}: ${metrics.error}`);
  }
  const format = resource === 'memory' ? 'BinarySI' : 'DecimalSI';
  if (averageValue !== undefined) {
    const usage = milliOf(averageValue);
    const proposal = averageReplicas(metrics.value, { usage, resource }, input);
    if ('error' in proposal) return failed(proposal.error);
    const current = { averageValue: milliText(proposal.usage, format) };
    return { replicas: proposal.replicas, current, isUtilization: false };
  }
  const wanted = { utilization: averageUtilization ?? 0, resource, container };
  const proposal = resourceReplicas(metrics.value, wanted, input);
  if ('error' in proposal) return failed(proposal.error);
  const current = {
    averageValue: milliText(proposal.rawAverage, format),
    averageUtilization: proposal.utilization,
  };
  return { replicas: proposal.replicas, current, isUtilization: true };
}

function* computePods(
  { metric, target }: PodsMetricSource,
  input: ComputeInput,
): Reconciliation<MetricProposal> {
  const failed = (error: string): MetricProposal => ({
    reason: 'FailedGetPodsMetric',
    error,
    wrapped: `failed to get pods metric value: ${error}`,
  });
  const metrics = yield* podsMetrics(input.mapper, {
    ...placeOf(input),
    metric: metric.name,
    metricSelector: metricSelectorOf(metric),
  });
  if ('error' in metrics) return failed(`unable to get metric ${metric.name}: ${metrics.error}`);
  const usage = milliOf(target.averageValue ?? '0');
  const proposal = averageReplicas(metrics.value, { usage, resource: '' }, input);
  if ('error' in proposal) return failed(proposal.error);
  const current = { averageValue: milliText(proposal.usage) };
  return {
    replicas: proposal.replicas,
    name: `pods metric ${metric.name}`,
    status: { type: 'Pods', pods: { metric: identifierOf(metric), current } },
  };
}

function* computeObject(
  { describedObject, metric, target }: ObjectMetricSource,
  input: ComputeInput,
): Reconciliation<MetricProposal> {
  const wrapping = 'failed to get object metric value';
  const targetValue = objectTarget(target);
  const failed = (error: string): MetricProposal => {
    const isAverage = targetValue?.isAverage === true;
    const inner = isAverage ? `failed to get ${metric.name} object metric: ${error}` : error;
    return { reason: 'FailedGetObjectMetric', error, wrapped: `${wrapping}: ${inner}` };
  };
  if (targetValue === undefined) return failed(noTarget('object', 'a value', 'an average value'));
  const { namespace = '' } = input.autoscaler.metadata;
  const { kind, name } = describedObject;
  const value = yield* objectMetric(input.mapper, {
    namespace,
    object: describedObject,
    metric: metric.name,
    metricSelector: metricSelectorOf(metric),
  });
  if ('error' in value) {
    return failed(
      `unable to get metric ${metric.name}: ${kind} on ${namespace} ${name}/${value.error}`,
    );
  }
  const proposal = shared(value.value, targetValue, input);
  if ('error' in proposal) return failed(proposal.error);
  const label = targetValue.isAverage ? externalLabel(metric) : `${kind} metric ${metric.name}`;
  const object = { metric: identifierOf(metric), current: proposal.current, describedObject };
  return { replicas: proposal.replicas, name: label, status: { type: 'Object', object } };
}

function* computeExternal(
  { metric, target }: ExternalMetricSource,
  input: ComputeInput,
): Reconciliation<MetricProposal> {
  const wrapping = `failed to get ${metric.name} external metric value`;
  const targetValue = averageTarget(target.averageValue) ?? wholeTarget(target.value);
  const failed = (error: string, inner: string): MetricProposal => ({
    reason: 'FailedGetExternalMetric',
    error,
    wrapped: `${wrapping}: ${inner}`,
  });
  if (targetValue === undefined) {
    const error = noTarget('external', 'a value', 'an average value');
    return failed(error, error);
  }
  const failedToGet = (error: string): MetricProposal => {
    const what = targetValue.isAverage
      ? `${metric.name} external metric`
      : `external metric ${metric.name}`;
    return failed(error, `failed to get ${what}: ${error}`);
  };
  const { namespace = '' } = input.autoscaler.metadata;
  const values = yield* externalMetric({
    namespace,
    metric: metric.name,
    metricSelector: metricSelectorOf(metric),
  });
  if ('error' in values) {
    const of = `${namespace}/${metric.name}/${labelSelectorText(metric.selector)}`;
    return failedToGet(`unable to get external metric ${of}: ${values.error}`);
  }
  const proposal = shared(externalTotal(values.value), targetValue, input);
  if ('error' in proposal) return failedToGet(proposal.error);
  const external = { metric: identifierOf(metric), current: proposal.current };
  const status: MetricStatus = { type: 'External', external };
  return { replicas: proposal.replicas, name: externalLabel(metric), status };
}

/** The target of a metric of one value: for each pod, or in all. */
interface ValueTarget {
  readonly isAverage: boolean;
  readonly value: bigint;
}

function objectTarget({ type, value, averageValue }: MetricTarget): ValueTarget | undefined {
  if (type === 'Value') return wholeTarget(value);
  return type === 'AverageValue' ? averageTarget(averageValue) : undefined;
}

function averageTarget(text: string | undefined): ValueTarget | undefined {
  return text === undefined ? undefined : { isAverage: true, value: milliOf(text) };
}

function wholeTarget(text: string | undefined): ValueTarget | undefined {
  return text === undefined ? undefined : { isAverage: false, value: milliOf(text) };
}

function shared(
  total: bigint,
  target: ValueTarget,
  input: ComputeInput,
): { readonly replicas: number; readonly current: MetricValueStatus } | { readonly error: string } {
  if (target.isAverage) {
    const calculation = { ...input, currentReplicas: input.statusReplicas };
    const { replicas, usage } = valuePerPodReplicas(total, target.value, calculation);
    return { replicas, current: { averageValue: milliText(usage) } };
  }
  const proposal = valueReplicas(total, target.value, input);
  if ('error' in proposal) return proposal;
  return { replicas: proposal.replicas, current: { value: milliText(proposal.usage) } };
}

function placeOf({ autoscaler, selector }: ComputeInput): {
  readonly namespace: string;
  readonly selector: string;
} {
  return { namespace: autoscaler.metadata.namespace ?? '', selector };
}

function metricSelectorOf({ selector }: MetricIdentifier): string {
  return selector === undefined ? '' : selectorOf(selector).toString();
}

function identifierOf({ name, selector }: MetricIdentifier): MetricIdentifier {
  return selector === undefined ? { name } : { name, selector };
}

function externalLabel({ name, selector }: MetricIdentifier): string {
  return `external metric ${name}(${labelSelectorText(selector)})`;
}

function noTarget(source: string, one: string, other: string): string {
  return `invalid ${source} metric source: neither ${one} target nor ${other} target was set`;
}
