/** What the authors of SeldonDeployments should know before they run. */
import type { KubeObject } from '../../api/object.js';
import { shippedServers } from './configuration.js';
import { isPrepackaged, unitsOf } from './graph.js';
import type { PredictiveUnit, PredictorSpec, SeldonDeployment } from './types.js';

/** The hints about an object; none for other kinds. */
export function seldonHints(object: KubeObject): readonly string[] {
  if (object.kind !== 'SeldonDeployment') return [];
  const { spec } = object as unknown as SeldonDeployment;
  const { serverType = 'rpc', transport } = spec;
  const predictors = spec.predictors ?? [];
  const isGrpc =
    transport === 'grpc' || predictors.some(({ graph }) => graph.endpoint?.type === 'GRPC');
  return [
    ...(serverType === 'rpc'
      ? []
      : [`serverType: ${serverType} is not simulated: the executor takes requests over HTTP only`]),
    ...(isGrpc ? ['gRPC is not simulated: the executor and its units answer HTTP only'] : []),
    ...predictors.flatMap(predictorHints),
  ];
}

function predictorHints(predictor: PredictorSpec): readonly string[] {
  const { name, explainer, shadow = false, graph } = predictor;
  // What was not written may be null.
  const componentSpecs = predictor.componentSpecs ?? [];
  const of = `predictor ${name}:`;
  const isExplained = (explainer?.type ?? '') !== '' || explainer?.containerSpec !== undefined;
  const scales = componentSpecs.some(({ kedaSpec }) => kedaSpec !== undefined);
  const older = componentSpecs.flatMap(({ hpaSpec }) => hpaSpec?.metrics ?? []);
  return [
    ...(isExplained ? [`${of} explainer is not simulated: no pod is made for it`] : []),
    ...(shadow
      ? [`${of} shadow: its pods run, but no ingress is simulated that would mirror requests to it`]
      : []),
    ...(scales
      ? [`${of} kedaSpec has an effect only beside KEDA: name the operator keda, too`]
      : []),
    ...(older.some(({ resource }) => resource === undefined)
      ? [`${of} hpaSpec.metrics: those that are not of resources are left out; write metricsv2`]
      : []),
    ...unitsOf(graph).flatMap(unit => unitHints(unit).map(hint => `${of} ${hint}`)),
  ];
}

function unitHints(unit: PredictiveUnit): readonly string[] {
  const { name, implementation = '', logger } = unit;
  const isUnknown = isPrepackaged(unit) && !shippedServers.includes(implementation);
  return [
    ...(isUnknown
      ? [
          `no server that Seldon Core ships is called ${implementation} (${shippedServers.join(', ')})`,
        ]
      : []),
    ...(logger === undefined ? [] : [`the logger of ${name} is not simulated: nothing is sent`]),
  ];
}
