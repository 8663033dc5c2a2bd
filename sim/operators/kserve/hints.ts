/** What the authors of InferenceServices and InferenceGraphs should know before they run. */
import { isRecord } from '../../api/equality.js';
import type { ConfigMap } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import { keys as knativeKeys } from '../knative/keys.js';
import { configurationName, configurationOf } from './configuration.js';
import { modeNames } from './deployment-mode.js';
import { graphHints } from './graph/hints.js';
import type { InferenceGraph } from './graph/types.js';
import { keys } from './keys.js';
import { knownFormats } from './runtimes.js';
import type { InferenceService } from './types.js';

/** The hints about an object; none for other kinds. */
export function kserveHints(object: KubeObject): readonly string[] {
  if (object.kind === 'ConfigMap') return configurationHints(object);
  if (object.kind === 'InferenceGraph') return graphHints(object as unknown as InferenceGraph);
  if (object.kind !== 'InferenceService') return [];
  const { metadata, spec } = object as unknown as InferenceService;
  const { predictor, transformer, explainer, canary = [] } = spec;
  const hints: string[] = [];
  const mode = metadata.annotations?.[keys.deploymentMode];
  const isKnative = mode !== undefined && modeNames[mode] === 'Knative';
  if (mode !== undefined && !isKnative && modeNames[mode] !== 'Standard') {
    hints.push(
      `${keys.deploymentMode}: ${mode} is not simulated: the service stays as it is; use Standard or Knative`,
    );
  }
  const duration = isKnative ? metadata.annotations?.[knativeKeys.rolloutDuration] : undefined;
  if (duration !== undefined && duration !== '0s') {
    hints.push(
      `${knativeKeys.rolloutDuration}: ${duration} is not simulated: all traffic moves at once`,
    );
  }
  const format = predictor.model?.modelFormat?.name;
  const runtime = predictor.model?.runtime;
  if (format !== undefined && runtime === undefined && !knownFormats.includes(format)) {
    hints.push(
      `no runtime that KServe ships takes the model format ${format} (they take ${knownFormats.join(', ')}): name a runtime, or add one`,
    );
  }
  if (predictor.model?.storageUri?.startsWith('oci') === true) {
    hints.push(
      'storageUri: what the image holds is not known here, so the check of the container modelcar-init for /models fails; play that container with a workload that completes',
    );
  }
  const isByKeda = metadata.annotations?.[keys.autoscalerClass] === 'keda';
  if (predictor.minReplicas === 0 && !isByKeda && !isKnative) {
    hints.push('minReplicas: 0 does not scale to zero in Standard mode: one pod stays');
  }
  if (canary.length > 0) {
    hints.push(
      'canary: in this release no traffic is split: the canaries run, but the Ingress sends all to the stable predictor',
    );
  }
  if (predictor.canaryTrafficPercent !== undefined && !isKnative) {
    hints.push('canaryTrafficPercent has no effect in Standard mode');
  }
  if (explainer !== undefined) hints.push('explainer is not simulated: no pod is made for it');
  if (transformer !== undefined && (transformer.containers ?? []).length === 0) {
    hints.push('transformer has no container: it is refused');
  }
  if (predictor.workerSpec !== undefined) {
    hints.push('workerSpec is not simulated: only the head of the model is made');
  }
  return hints;
}

/** Upstream's gateways of Istio are not here: who asks for its hosts is told. */
function configurationHints(object: KubeObject): readonly string[] {
  const { data } = object as Pick<ConfigMap, 'data'>;
  if (object.metadata.name !== configurationName || !isRecord(data)) return [];
  const configuration = configurationOf({ data });
  if (typeof configuration === 'string') return [configuration];
  const { disableIstioVirtualHost } = configuration.ingress;
  return disableIstioVirtualHost
    ? []
    : [
        'ingress: disableIstioVirtualHost: false is not simulated: no VirtualService and no ExternalName Service is made, and the URL of a service in Knative mode is that of its predictor or transformer',
      ];
}
