/** The containers of a step's pod, besides what its template says. @upstream workflow/controller/workflowpod.go newExecContainer */
import { structOf } from '../../api/facts.js';
import { applyStrategicMergePatch } from '../../api/patch/strategic-merge-patch.js';
import type { Container, EnvVar, VolumeMount } from '../../api/kinds/core.js';
import type { Configuration } from './configuration.js';
import { WorkflowFault } from './fault.js';
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
export function execContainer(
  name: string,
  command: readonly string[],
  { executor = {} }: Configuration = {},
): Container {
  const {
    image = executorImage,
    imagePullPolicy,
    env,
    args,
    resources,
    securityContext,
  } = executor;
  return {
    ...{ name, image, command: [...command, ...logOptions] },
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    ...(args && { args }),
    ...(env && { env }),
    ...(resources && { resources }),
    ...(securityContext && { securityContext }),
  };
}

/** The container that does the work has the name main. */
export function mainContainers(main: Container): readonly Container[] {
  return [{ ...main, name: 'main' }];
}

/** With what the configuration says of main containers that say nothing else. */
export function withMainDefaults(main: Container, { mainContainer }: Configuration): Container {
  if (mainContainer === undefined) return main;
  const merged = applyStrategicMergePatch(
    mainContainer as never,
    main as never,
    structOf('core/v1.Container'),
  );
  if (!merged.isOk) throw new WorkflowFault(merged.error);
  return merged.value as unknown as Container;
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

/** The commands of images as upstream's installation names them. @upstream config/config.go Images, docs/workflow-executors.md */
const entrypoints: Readonly<Record<string, string>> = {
  'argoproj/argosay:v1': 'cowsay',
  'argoproj/argosay:v2': '/argosay',
  'docker/whalesay:latest': '/bin/bash',
};

/** Upstream asks the image's registry, where nobody can be asked here: the name says only that it has one. */
function entrypoint(image: string): readonly string[] {
  const name = image.replace(/^quay\.io\//, '');
  return [entrypoints[name] ?? '/entrypoint'];
}

/** The command with the executor before it, which starts the program and keeps what comes of it. */
export function underEmissary(container: Container, { images = {} }: Configuration): Container {
  const own = images[container.image ?? ''];
  const command = [
    ...['/var/run/argo/argoexec', 'emissary', ...logOptions, '--'],
    ...(container.command ?? own?.entrypoint ?? own?.cmd ?? entrypoint(container.image ?? '')),
  ];
  const args = container.args ?? (own?.entrypoint === undefined ? undefined : own.cmd);
  return { ...container, command, ...(args && { args }) };
}
