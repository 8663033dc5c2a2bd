/** The Deployment of a revision. @upstream knative/serving v1.22.1 pkg/reconciler/revision/resources/deploy.go */
import type { Deployment } from '../../api/kinds/apps.js';
import type { Affinity, Container, Probe } from '../../api/kinds/core.js';
import { parseDuration } from '../../api/duration.js';
import { ownerReference } from '../../api/meta.js';
import { fnv32a } from '../../engine/hash.js';
import { keys, ports, scaleAnnotation } from './keys.js';
import { childName } from './names.js';
import { queueContainer } from './queue-container.js';
import { labelsFor, plainAnnotations, servingContainer, userPort } from './revision-parts.js';
import type { KnativeSettings } from './settings.js';
import { revisions, type Revision } from './types.js';

/** Its name. */
export function deploymentName({ metadata }: Pick<Revision, 'metadata'>): string {
  return childName(metadata.name ?? '', '-deployment');
}

/** The Deployment as it is made. */
export function makeDeployment(revision: Revision, settings: KnativeSettings): Deployment {
  const { metadata, spec } = revision;
  const { annotations = {}, namespace = '', uid = '' } = metadata;
  const initial = scaleAnnotation(annotations, 'initialScale')?.value;
  const deadline = parseDuration(annotations[keys.progressDeadline] ?? '');
  const deadlineMs = deadline.isOk ? deadline.value / 1e6 : settings.deployment.progressDeadlineMs;
  const labels = labelsFor(revision);
  const name = servingContainer(spec)?.name ?? '';
  const forPods = {
    ...plainAnnotations(revision),
    ...(name !== '' && { [keys.defaultContainer]: name }),
  };
  const deployment: Deployment = {
    metadata: {
      name: deploymentName(revision),
      namespace,
      labels,
      annotations: plainAnnotations(revision),
      ownerReferences: [ownerReference(revision, revisions)],
    },
    spec: {
      replicas: initial === undefined ? settings.autoscaler.initialScale : Number(initial),
      selector: { matchLabels: { [keys.revisionUid]: uid } },
      progressDeadlineSeconds: Math.trunc(deadlineMs / 1000),
      revisionHistoryLimit: 0,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
      template: {
        metadata: { labels, annotations: forPods },
        spec: podSpecOf(revision, settings),
      },
    },
  };
  return withHash(deployment);
}

/** A change of the settings shows by it. Its value is our own, as Go's is made of its memory's layout. */
function withHash(deployment: Deployment): Deployment {
  const { labels, annotations } = deployment.metadata;
  const hash = fnv32a(JSON.stringify([deployment.spec, annotations, labels])).toString(36);
  const metadata = {
    ...deployment.metadata,
    labels: { ...labels, [keys.deploymentHash]: hash },
  };
  return { ...deployment, metadata };
}

type PodTemplate = NonNullable<NonNullable<Deployment['spec']>['template']['spec']>;

function podSpecOf(revision: Revision, settings: KnativeSettings): PodTemplate {
  const {
    containerConcurrency: _,
    timeoutSeconds,
    responseStartTimeoutSeconds: __,
    idleTimeoutSeconds: ___,
    ...spec
  } = revision.spec;
  const { enableServiceLinks = settings.defaults.enableServiceLinks } = spec;
  return {
    affinity: spreading(revision.metadata.name ?? ''),
    ...spec,
    containers: [
      ...(spec.containers ?? []).map((container, index) => {
        const digest = revision.status?.containerStatuses?.[index]?.imageDigest;
        const made = userContainer(container, revision);
        return digest === undefined ? made : { ...made, image: digest };
      }),
      queueContainer(revision, settings),
    ],
    ...(timeoutSeconds !== undefined && { terminationGracePeriodSeconds: timeoutSeconds }),
    ...(enableServiceLinks !== undefined && { enableServiceLinks }),
  };
}

/** The pods of a revision rather stand on different nodes. */
function spreading(revision: string): Affinity {
  const podAffinityTerm = {
    topologyKey: 'kubernetes.io/hostname',
    labelSelector: { matchLabels: { [keys.revision]: revision } },
  };
  const preferred = [{ weight: 100, podAffinityTerm }];
  return { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } };
}

/** It ends only when the side-car has answered what it had. */
const lifecycle = {
  preStop: { httpGet: { port: ports.admin, path: '/wait-for-drain' } },
};

function userContainer(container: Container, revision: Revision): Container {
  const { spec, metadata } = revision;
  const serves = (container.ports ?? []).length > 0 || (spec.containers ?? []).length === 1;
  const { readinessProbe, ...kept } = container;
  const isAskedByQueue =
    readinessProbe?.httpGet !== undefined ||
    readinessProbe?.tcpSocket !== undefined ||
    readinessProbe?.grpc !== undefined;
  const port = userPort(spec);
  const { livenessProbe } = container;
  return {
    ...kept,
    ...(readinessProbe !== undefined && !isAskedByQueue && { readinessProbe }),
    ...(serves && { ports: [{ name: 'user-port', containerPort: port }] }),
    ...(serves && livenessProbe !== undefined && { livenessProbe: atPort(livenessProbe, port) }),
    env: [
      ...(container.env ?? []),
      ...(serves ? [{ name: 'PORT', value: String(port) }] : []),
      { name: 'K_REVISION', value: metadata.name ?? '' },
      { name: 'K_CONFIGURATION', value: metadata.labels?.[keys.configuration] ?? '' },
      { name: 'K_SERVICE', value: metadata.labels?.[keys.service] ?? '' },
    ],
    lifecycle,
    terminationMessagePolicy: container.terminationMessagePolicy ?? 'FallbackToLogsOnError',
  };
}

function atPort(probe: Probe, port: number): Probe {
  if (probe.httpGet !== undefined) return { ...probe, httpGet: { ...probe.httpGet, port } };
  if (probe.tcpSocket !== undefined) return { ...probe, tcpSocket: { ...probe.tcpSocket, port } };
  return probe;
}
