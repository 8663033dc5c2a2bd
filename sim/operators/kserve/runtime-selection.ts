/** Chooses the runtime of a model. @upstream kserve v0.20.0 pkg/apis/serving/v1beta1/predictor_model.go */
import type { View } from '../../client/contract.js';
import {
  clusterServingRuntimes,
  servingRuntimes,
  type FailureInfo,
  type ModelSpec,
  type ServingRuntime,
  type ServingRuntimeSpec,
} from './types.js';

/** The runtime, or why there is none. */
export type Selection =
  | {
      readonly runtime: ServingRuntime;
      readonly isCluster: boolean;
    }
  | { readonly info: FailureInfo; readonly error: string };

/** The runtime that the model names, or the first that supports it. */
export function selectRuntime(model: ModelSpec, namespace: string, view: View): Selection {
  return model.runtime === undefined
    ? automatic(model, namespace, view)
    : named(model, model.runtime, namespace, view);
}

function named(model: ModelSpec, name: string, namespace: string, view: View): Selection {
  const own = view.get(servingRuntimes, namespace, name);
  const runtime = own ?? view.get(clusterServingRuntimes, '', name);
  const refuse = (reason: string, message: string, error: string): Selection => ({
    info: { reason, message },
    error,
  });
  if (runtime === undefined) {
    const error = `No ServingRuntimes or ClusterServingRuntimes with the name: ${name}`;
    return refuse('RuntimeNotRecognized', 'Waiting for runtime to become available', error);
  }
  if (runtime.spec.disabled === true) {
    const error = `specified runtime ${name} is disabled`;
    return refuse('RuntimeDisabled', 'Specified runtime is disabled', error);
  }
  const unsupported = (what: string): Selection => {
    const message = `Specified runtime does not support specified ${what}`;
    return refuse(
      'NoSupportingRuntime',
      message,
      `specified runtime ${name} does not support specified ${what}`,
    );
  };
  if (!speaks(runtime.spec, model.protocolVersion)) return unsupported('protocol version');
  if (!supports(runtime.spec, model)) return unsupported('framework/version');
  return { runtime, isCluster: own === undefined };
}

function automatic(model: ModelSpec, namespace: string, view: View): Selection {
  const fits = ({ spec }: ServingRuntime): boolean =>
    spec.disabled !== true &&
    spec.multiModel !== true &&
    spec.workerSpec === undefined &&
    supports(spec, model) &&
    speaks(spec, model.protocolVersion ?? 'v1');
  const best = (runtimes: readonly ServingRuntime[]): ServingRuntime | undefined =>
    runtimes.filter(fits).sort(byAge).sort(byPriority(model))[0];
  const own = best(view.list(servingRuntimes, namespace));
  const runtime = own ?? best(view.list(clusterServingRuntimes));
  if (runtime !== undefined) return { runtime, isCluster: own === undefined };
  return {
    info: {
      reason: 'NoSupportingRuntime',
      message: 'No runtime found to support specified framework/version',
    },
    error: `no runtime found to support predictor with model type: ${formatText(model)}`,
  };
}

/** As Go prints the struct of a name and a pointer to a version. */
function formatText({ modelFormat: { name, version } }: ModelSpec): string {
  return `{${name} ${version === undefined ? '<nil>' : '0xc000000000'}}`;
}

function supports(spec: ServingRuntimeSpec, { modelFormat, runtime }: ModelSpec): boolean {
  const { name, version } = modelFormat;
  return (spec.supportedModelFormats ?? []).some(
    format =>
      (runtime !== undefined || format.autoSelect === true) &&
      format.name === name &&
      (version === undefined || format.version === version),
  );
}

function speaks({ protocolVersions = [] }: ServingRuntimeSpec, protocol = ''): boolean {
  return protocol === '' || protocolVersions.length === 0 || protocolVersions.includes(protocol);
}

const protocolOrder = ['v1', 'v2', 'grpc-v1', 'grpc-v2'];

/** The first of a runtime's protocols, in KServe's order; undefined when it names none. */
export function firstProtocol({ protocolVersions = [] }: ServingRuntimeSpec): string | undefined {
  return protocolOrder.find(protocol => protocolVersions.includes(protocol));
}

function protocolRank(spec: ServingRuntimeSpec): number {
  const first = firstProtocol(spec);
  return first === undefined ? protocolOrder.length : protocolOrder.indexOf(first);
}

/** By protocol, then the newest, then the name. */
function byAge(a: ServingRuntime, b: ServingRuntime): number {
  const ranks = protocolRank(a.spec) - protocolRank(b.spec);
  if (ranks !== 0) return ranks;
  const [aTime, bTime] = [a, b].map(({ metadata }) => metadata.creationTimestamp ?? '');
  if (aTime !== bTime) return (aTime ?? '') > (bTime ?? '') ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

/** Those with a priority come first, the highest before the others; the rest keep their order. */
function byPriority({ modelFormat }: ModelSpec) {
  const priority = ({ spec }: ServingRuntime): number =>
    (spec.supportedModelFormats ?? []).find(({ name }) => name === modelFormat.name)?.priority ??
    -Infinity;
  return (a: ServingRuntime, b: ServingRuntime): number => {
    const [first, second] = [priority(a), priority(b)];
    return first === second ? 0 : second - first;
  };
}
