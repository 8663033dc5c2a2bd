/** The containers of a step's pod, besides what its template says. @upstream workflow/controller/workflowpod.go newExecContainer */
import type { Container, EnvVar, VolumeMount } from '../../api/kinds/core.js';
import { executorImage } from './keys.js';

/** How the executor is told to log. */
export const logOptions = ['--loglevel', 'info', '--log-format', 'text', '--gloglevel', '0'];

/** Where the executor's own files lie, in a volume that all containers have. */
export const varRunArgo: VolumeMount = { name: 'var-run-argo', mountPath: '/var/run/argo' };

/** What a container may that only asks the API server. @upstream workflow/common/security_context.go */
export const minimalSecurity = {
  capabilities: { drop: ['ALL'] },
  privileged: false,
  runAsNonRoot: true,
  runAsUser: 8737,
  allowPrivilegeEscalation: false,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** A container of the executor. */
export function execContainer(name: string, command: readonly string[]): Container {
  return { name, image: executorImage, command: [...command, ...logOptions] };
}

/** The container that does the work has the name main. */
export function mainContainers(main: Container): readonly Container[] {
  return [{ ...main, name: 'main' }];
}

/** What all containers of the executor are told. */
export function executorEnv(workflow: { readonly name: string; readonly uid: string }): EnvVar[] {
  return [
    field('ARGO_POD_NAME', 'metadata.name'),
    field('ARGO_POD_UID', 'metadata.uid'),
    { name: 'ARGO_WORKFLOW_NAME', value: workflow.name },
    { name: 'ARGO_WORKFLOW_UID', value: workflow.uid },
  ];
}

function field(name: string, fieldPath: string): EnvVar {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}

/** The command with the executor before it, which starts the program and keeps what comes of it. */
export function underEmissary(container: Container): Container {
  const command = [
    ...['/var/run/argo/argoexec', 'emissary', ...logOptions, '--'],
    ...(container.command ?? []),
  ];
  return { ...container, command };
}
