/** How what KServe makes is run: in Kubernetes' own kinds, or in Knative's. @upstream kserve v0.20.0 pkg/controller/v1beta1/inferenceservice/utils/utils.go */
import type { HasMetadata } from '../../api/object.js';
import type { Configuration } from './configuration.js';
import { keys } from './keys.js';

/** What the modes are called now. */
export const modeNames: Readonly<Record<string, string>> = {
  RawDeployment: 'Standard',
  Serverless: 'Knative',
  Standard: 'Standard',
  Knative: 'Knative',
  ModelMesh: 'ModelMesh',
};

/** The mode: as recorded in the status, annotated, or configured. */
export function modeOf(
  { metadata, status }: HasMetadata & { readonly status?: { readonly deploymentMode?: string } },
  { deploy }: Configuration,
): string {
  if (status?.deploymentMode) return modeNames[status.deploymentMode] ?? 'Standard';
  const annotated = modeNames[metadata.annotations?.[keys.deploymentMode] ?? ''];
  return annotated ?? modeNames[deploy.defaultDeploymentMode] ?? 'Standard';
}
