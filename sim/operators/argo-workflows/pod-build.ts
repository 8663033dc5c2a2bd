/** Builds the pod of a step. @upstream workflow/controller/workflowpod.go createWorkflowPod */
import type { Container, EnvVar, Pod, PodSpec, Volume, VolumeMount } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import { isLocated, textOf } from './arguments.js';
import { WorkflowFault } from './fault.js';
import { executorImage, keys } from './keys.js';
import { filledArchive, keepsLogs, withArchive } from './artifact-repository.js';
import { secretVolumes } from './artifact-secrets.js';
import { podName } from './names.js';
import type { Operation } from './operation.js';
import {
  execContainer,
  executorEnv,
  minimalSecurity,
  underEmissary,
  varRunArgo,
  withMainDefaults,
} from './pod-containers.js';
import { patchedSpec, scheduling } from './pod-scheduling.js';
import { substituted } from './substitution.js';
import { typeOf } from './templates.js';
import { workflows, type NodeStatus, type Template, type UserContainer } from './types.js';

/** What is known of the pod besides its template. */
export interface PodParts {
  readonly node: NodeStatus;
  readonly name: string;
  readonly isOnExit: boolean;
  readonly containers: readonly Container[];
  readonly boundary: Template | undefined;
  readonly includesOutput: boolean;
  readonly activeDeadlineSeconds?: number;
  readonly executionDeadlineMs?: number;
  readonly templateDeadlineMs: number | undefined;
}

/** The pod. */
export function buildPod(operation: Operation, written: Template, parts: PodParts): Pod {
  const { name, namespace } = operation;
  const podNames = new Map(operation.globals);
  podNames.set('pod.name', podName(name, parts.name, written.name ?? ''));
  const template = filledArchive(withArchive(operation, written), podNames);
  const pod: Pod = {
    metadata: {
      name: podName(name, parts.name, template.name ?? ''),
      namespace,
      labels: labelsOf(operation, template, parts),
      annotations: annotationsOf(operation, template, parts),
      ownerReferences: [ownerReference(operation.workflow, workflows)],
    },
    spec: specOf(operation, template, parts),
  };
  const named = substituted(pod, namesOf(operation, template, pod));
  const spec = patchedSpec(operation, template, named.spec ?? { containers: [] });
  return { ...named, spec: finished(spec, parts, operation) };
}

function namesOf(operation: Operation, { inputs }: Template, { metadata }: Pod) {
  const names = new Map(operation.globals);
  for (const { name, value } of inputs?.parameters ?? []) {
    if (value !== undefined) names.set(`inputs.parameters.${name}`, textOf(value));
  }
  return names.set('pod.name', metadata.name ?? '');
}

function labelsOf(operation: Operation, { metadata }: Template, { isOnExit }: PodParts) {
  const { name, spec, config } = operation;
  return {
    ...(config.instanceID !== undefined && { [keys.instanceId]: config.instanceID }),
    [keys.workflow]: name,
    [keys.completed]: 'false',
    ...(isOnExit && { [keys.onExit]: 'true' }),
    ...spec.podMetadata?.labels,
    ...metadata?.labels,
  };
}

function annotationsOf({ spec }: Operation, { metadata }: Template, parts: PodParts) {
  const { node, containers } = parts;
  const isMain = containers.some(({ name }) => name === 'main');
  const { podGC } = spec;
  const { strategy = '', deleteDelayDuration = '' } = podGC ?? {};
  return {
    [keys.nodeName]: node.name,
    [keys.nodeId]: node.id,
    [keys.defaultContainer]: isMain ? 'main' : (containers.at(-1)?.name ?? 'wait'),
    ...(podGC && {
      [keys.podGcStrategy]: `${strategy}/${deleteDelayDuration === '' ? '5s' : deleteDelayDuration}`,
    }),
    ...spec.podMetadata?.annotations,
    ...metadata?.annotations,
  };
}

function specOf(operation: Operation, template: Template, parts: PodParts): PodSpec {
  const { spec } = operation;
  const containers = parts.containers.map(one => withMainDefaults(one, operation.config));
  const main = withMounts(containers, template);
  const type = typeOf(template);
  const waits = type !== 'Data' && (type !== 'Resource' || keepsLogs(template));
  const isOfExecutor = type === 'Resource' || type === 'Data';
  const secrets = secretVolumes(template);
  const executor = { name: operation.name, uid: operation.workflow.metadata.uid ?? '' };
  const own = executorEnv(executor);
  const security = type === 'Resource' ? { securityContext: minimalSecurity } : {};
  const wait: Container = {
    ...execContainer('wait', ['argoexec', 'wait'], operation.config),
    env: [...own, ...(operation.config.executor?.env ?? [])],
    volumeMounts: [
      ...main.flatMap(({ name, volumeMounts = [] }) =>
        name === 'main' ? volumeMounts.map(mirrored) : [],
      ),
      ...secrets.mounts,
    ],
  };
  const init: Container = {
    ...{ ...execContainer('init', ['argoexec', 'init'], operation.config), env: own, ...security },
    volumeMounts: [...initMounts(template), ...secrets.mounts],
  };
  const told = envOf(operation, parts);
  const [first] = main;
  const beside = (all: readonly UserContainer[] = []) => all.map(one => userContainer(one, first));
  const mainOnes = isOfExecutor
    ? main.map(one => ({ ...one, env: [...own, ...(one.env ?? [])] }))
    : main;
  return {
    restartPolicy: 'Never',
    ...(parts.activeDeadlineSeconds !== undefined && {
      activeDeadlineSeconds: parts.activeDeadlineSeconds,
    }),
    ...(spec.imagePullSecrets && { imagePullSecrets: spec.imagePullSecrets }),
    ...(spec.hostNetwork !== undefined && { hostNetwork: spec.hostNetwork }),
    ...(spec.dnsPolicy !== undefined && { dnsPolicy: spec.dnsPolicy }),
    ...(spec.dnsConfig !== undefined && { dnsConfig: spec.dnsConfig }),
    ...accountOf(operation, template),
    ...scheduling(operation, template, parts.boundary),
    volumes: [...volumesOf(operation, template), ...secrets.volumes],
    initContainers: [init, ...beside(template.initContainers)].map(one =>
      withEnv(mounted(one), [told.nameOf(one), told.template(template), ...told.rest]),
    ),
    containers: [...(waits ? [wait] : []), ...mainOnes, ...beside(template.sidecars)].map(one =>
      withEnv(one, [told.nameOf(one), ...told.rest]),
    ),
  };
}

/** What every container of the pod is told. */
function envOf(operation: Operation, parts: PodParts) {
  const { deadlineMs } = operation;
  const limits = [
    ...(deadlineMs !== undefined && !parts.isOnExit ? [deadlineMs] : []),
    ...(parts.executionDeadlineMs !== undefined ? [parts.executionDeadlineMs] : []),
  ];
  const deadline = limits.length === 0 ? '0001-01-01T00:00:00Z' : rfc3339(Math.min(...limits));
  return {
    nameOf: ({ name }: Container): EnvVar => ({ name: 'ARGO_CONTAINER_NAME', value: name }),
    template: (template: Template): EnvVar => ({
      name: 'ARGO_TEMPLATE',
      value: JSON.stringify(simplified(template)),
    }),
    rest: [
      { name: 'ARGO_NODE_ID', value: parts.node.id },
      { name: 'ARGO_INCLUDE_SCRIPT_OUTPUT', value: String(parts.includesOutput) },
      { name: 'ARGO_DEADLINE', value: deadline },
      { name: 'ARGO_PROGRESS_FILE', value: '/var/run/argo/progress' },
      { name: 'ARGO_PROGRESS_PATCH_TICK_DURATION', value: '1m0s' },
      { name: 'ARGO_PROGRESS_FILE_TICK_DURATION', value: '3s' },
    ],
  };
}

/** The template as the executor is told it: of the inputs only artifacts. */
function simplified({ name, inputs, outputs, metadata, ...rest }: Template): object {
  const { artifacts } = inputs ?? {};
  return {
    ...(name !== undefined && { name }),
    inputs: { ...(artifacts && { artifacts }) },
    ...{ outputs: outputs ?? {}, metadata: metadata ?? {} },
    ...rest,
  };
}

function withEnv(container: Container, env: readonly EnvVar[]): Container {
  return { ...container, env: [...(container.env ?? []), ...env] };
}

function mounted(container: Container): Container {
  return { ...container, volumeMounts: [...(container.volumeMounts ?? []), varRunArgo] };
}

function userContainer({ mirrorVolumeMounts, ...own }: UserContainer, main?: Container): Container {
  if (mirrorVolumeMounts !== true) return own;
  return { ...own, volumeMounts: [...(own.volumeMounts ?? []), ...(main?.volumeMounts ?? [])] };
}

/** What the main container mounts, the one that waits finds below /mainctrfs. */
function mirrored({ readOnly: _, ...mount }: VolumeMount): VolumeMount {
  return { ...mount, mountPath: `/mainctrfs${mount.mountPath}`.replace(/\/+$/, '') };
}

const staging: VolumeMount = { name: 'argo-staging', mountPath: '/argo/staging' };

/** The main container with what it is handed: artifacts, and the script. */
function withMounts(all: readonly Container[], { inputs, script }: Template): readonly Container[] {
  const main = all.find(({ name }) => name === 'main');
  if (main === undefined) return all;
  const own = main.volumeMounts ?? [];
  const given = (inputs?.artifacts ?? []).filter(one => one.optional !== true || isLocated(one));
  const artifacts = given.flatMap(({ name, path = '' }): VolumeMount[] =>
    own.some(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`))
      ? []
      : [{ name: 'input-artifacts', mountPath: path, subPath: name }],
  );
  const volumeMounts = [...own, ...artifacts, ...(script === undefined ? [] : [staging])];
  const mounted = { ...main, ...(volumeMounts.length > 0 && { volumeMounts }) };
  return all.map(one => (one === main ? mounted : one));
}

function initMounts(template: Template): readonly VolumeMount[] {
  const hasArtifacts = (template.inputs?.artifacts ?? []).length > 0;
  return [
    ...(hasArtifacts ? [{ name: 'input-artifacts', mountPath: '/argo/inputs/artifacts' }] : []),
    ...(hasArtifacts ? ownMounts(template).map(mirrored) : []),
    ...(template.script === undefined ? [] : [staging]),
  ];
}

/** @upstream Template.GetVolumeMounts */
function ownMounts({ container, script, containerSet }: Template): readonly VolumeMount[] {
  return container?.volumeMounts ?? script?.volumeMounts ?? containerSet?.volumeMounts ?? [];
}

/** Those of the executor, of the template, and those of the Workflow that are mounted. */
function volumesOf({ volumes = [], status }: Operation, template: Template): Volume[] {
  const { persistentVolumeClaims = [] } = status;
  const all: Volume[] = [
    { name: 'var-run-argo', emptyDir: {} },
    { name: 'tmp-dir-argo', emptyDir: {} },
    ...(template.volumes ?? []),
  ];
  const containers: readonly Container[] = [
    ...(template.initContainers ?? []),
    ...(template.sidecars ?? []),
    ...(template.containerSet?.containers ?? []),
  ];
  const mounts = [
    ...ownMounts(template),
    ...containers.flatMap(({ volumeMounts = [] }) => volumeMounts),
  ];
  for (const { name } of mounts) {
    if (all.some(one => one.name === name)) continue;
    const volume = [...volumes, ...persistentVolumeClaims].find(one => one.name === name);
    if (volume === undefined) {
      throw new WorkflowFault(`volume '${name}' not found in workflow spec`);
    }
    all.push(volume);
  }
  const hasArtifacts = (template.inputs?.artifacts ?? []).length > 0;
  if (hasArtifacts) all.push({ name: 'input-artifacts', emptyDir: {} });
  if (template.script !== undefined) all.push({ name: 'argo-staging', emptyDir: {} });
  return all;
}

function accountOf({ spec }: Operation, template: Template): Partial<PodSpec> {
  const name = template.serviceAccountName ?? spec.serviceAccountName ?? '';
  const mounts = template.automountServiceAccountToken ?? spec.automountServiceAccountToken;
  const executor = template.executor?.serviceAccountName ?? spec.executor?.serviceAccountName ?? '';
  if (mounts === false && executor === '') {
    throw new WorkflowFault(
      'executor.serviceAccountName must not be empty if automountServiceAccountToken is false',
    );
  }
  return {
    ...(name !== '' && { serviceAccountName: name }),
    ...(mounts === false && { automountServiceAccountToken: false }),
  };
}

/** Starts the programs under the executor, which has a folder of its own where it runs itself. */
function finished(spec: PodSpec, parts: PodParts, operation: Operation): PodSpec {
  const containers = spec.containers.map((container, index) => {
    const started =
      container.name === 'wait' ? container : underEmissary(container, operation.config);
    const tmp = { name: 'tmp-dir-argo', mountPath: '/tmp', subPath: String(index) };
    const more = container.image === executorImage ? [tmp, varRunArgo] : [varRunArgo];
    return { ...started, volumeMounts: [...(started.volumeMounts ?? []), ...more] };
  });
  const { templateDeadlineMs } = parts;
  if (templateDeadlineMs === undefined) return { ...spec, containers };
  const seconds = Math.trunc((templateDeadlineMs - operation.nowMs()) / 1000);
  if (seconds <= 1) throw new WorkflowFault(`${parts.name} exceeded its deadline`);
  return { ...spec, containers, activeDeadlineSeconds: seconds };
}
