/** Where a graph reaches an InferenceService. @upstream kserve v0.20.0 pkg/controller/v1beta1/inferenceservice/utils/utils.go */
import type { Container } from '../../../api/kinds/core.js';
import type { View } from '../../../client/contract.js';
import { transformerContainer } from '../keys.js';
import { clusterServingRuntimes, servingRuntimes, type InferenceService } from '../types.js';

/** The URL of a service's predictions, or why there is none yet. */
export function predictorEndpoint(
  service: InferenceService,
  view: View,
): { readonly url: string } | { readonly problem: string } {
  const { name = '' } = service.metadata;
  const host = service.status?.address?.url;
  if (host === undefined) return { problem: `service ${name} is not ready` };
  const chosen = protocolOf(service, view);
  if ('problem' in chosen) return chosen;
  const model = modelNameOf(service);
  const paths: Readonly<Record<string, string>> = {
    v1: `/v1/models/${model}:predict`,
    v2: `/v2/models/${model}/infer`,
  };
  return { url: `${host}${paths[chosen.protocol] ?? ''}` };
}

/** A runtime that is named, and has protocols, speaks the first of them that graphs speak. */
function protocolOf(
  { metadata, spec }: InferenceService,
  view: View,
): { readonly protocol: string } | { readonly problem: string } {
  const { predictor, transformer } = spec;
  const custom = transformer?.containers ?? (predictor.model ? undefined : predictor.containers);
  if (custom !== undefined) return { protocol: customProtocol(custom) };
  const own = predictor.model?.protocolVersion ?? 'v1';
  const name = predictor.model?.runtime;
  if (name === undefined) return { protocol: own };
  const runtime =
    view.get(servingRuntimes, metadata.namespace ?? '', name) ??
    view.get(clusterServingRuntimes, '', name);
  if (runtime === undefined) {
    return { problem: `No ServingRuntimes or ClusterServingRuntimes with the name: ${name}` };
  }
  const spoken = runtime.spec.protocolVersions ?? [];
  if (spoken.length === 0) return { protocol: own };
  const protocol = spoken.find(one => one === 'v1' || one === 'v2');
  if (protocol !== undefined) return { protocol };
  return { problem: 'the runtime does not support a protocol compatible with Inference Graphs' };
}

/** What a container's environment says; a transformer in the pod of its predictor answers for both. */
function customProtocol(containers: readonly Container[]): string {
  const server = containers.find(({ name }) => name === transformerContainer) ?? containers[0];
  return server?.env?.find(({ name }) => name === 'PROTOCOL')?.value ?? 'v1';
}

/** The name by which the server knows its model: of its arguments or environment, or the service's. */
function modelNameOf({ metadata, spec }: InferenceService): string {
  const { predictor, transformer } = spec;
  const server = predictor.model ?? predictor.containers?.[0];
  const mlServer = predictor.model?.env?.find(({ name }) => name === 'MLSERVER_MODEL_NAME');
  return (
    nameInArguments(transformer?.containers?.[0]?.args) ||
    (mlServer?.value ?? (nameInArguments(server?.args) || (metadata.name ?? '')))
  );
}

/** `--model_name=fraud`, or `--model_name` and the name after it; the last of them. */
function nameInArguments(args: readonly string[] = []): string {
  let found = '';
  for (const [index, argument] of args.entries()) {
    if (!argument.startsWith('--model_name')) continue;
    const parts = argument.split('=');
    if (parts.length === 2) found = parts[1] ?? '';
    const next = args[index + 1];
    if (next?.startsWith('--') === false) found = next;
  }
  return found;
}
