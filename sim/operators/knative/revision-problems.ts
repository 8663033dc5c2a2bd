/**
 * What is wrong with what a revision is to run. Left out: references of images, quantities and ports of
 * probes are not looked at again (the pod's own validation does), nor are volumes' contents.
 * @upstream knative/serving v1.22.1 pkg/apis/serving/k8s_validation.go, fieldmask.go
 */
import type { Container } from '../../api/kinds/core.js';
import {
  disallowed,
  invalidValue,
  missingField,
  outOfBounds,
  within,
  type FieldProblem,
} from './field-problem.js';
import { ports } from './keys.js';
import { queueContainerName } from './queue-container.js';
import type { KnativeSettings } from './settings.js';
import type { RevisionSpec } from './types.js';

/** Fields of pods that are allowed where a feature is on, and the feature. */
const features: Readonly<Record<string, string>> = {
  affinity: 'affinity',
  topologySpreadConstraints: 'topologyspreadconstraints',
  hostAliases: 'hostaliases',
  nodeSelector: 'nodeselector',
  runtimeClassName: 'runtimeclassname',
  tolerations: 'tolerations',
  securityContext: 'securitycontext',
  shareProcessNamespace: 'shareprocessnamespace',
  priorityClassName: 'priorityclassname',
  schedulerName: 'schedulername',
  dnsPolicy: 'dnspolicy',
  dnsConfig: 'dnsconfig',
  hostIPC: 'hostipc',
  hostPID: 'hostpid',
  hostNetwork: 'hostnetwork',
  initContainers: 'init-containers',
};

const volumeFeatures: Readonly<Record<string, string>> = {
  persistentVolumeClaim: 'persistent-volume-claim',
  hostPath: 'volumes-hostpath',
  csi: 'volumes-csi',
  image: 'volumes-image',
};

const profilingPort = 8008;
const reservedPorts: readonly number[] = [
  ports.http,
  ports.http2,
  ports.admin,
  ports.autoscaling,
  ports.userMetrics,
  profilingPort,
];
const portMax = 65_535;
const reservedEnvironment = ['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION'];
const reservedPaths = ['/', '/dev', '/dev/log', '/tmp', '/var', '/var/log'];

/** The problems. */
export function revisionProblems(
  spec: RevisionSpec,
  settings: KnativeSettings,
): readonly FieldProblem[] {
  const { containers = [] } = spec;
  return [
    ...maskProblems(spec, settings),
    ...initProblems(spec, settings),
    ...portCountProblems(containers),
    ...(containers.length === 0 ? [missingField('containers')] : []),
    ...containers.flatMap((container, index) =>
      within(`containers[${index}]`, containerProblems(container, spec)),
    ),
    ...duplicateProblems(containers),
    ...numberProblems(spec, settings),
  ];
}

function isOn(settings: KnativeSettings, feature: string): boolean {
  const flag = settings.features[`kubernetes.podspec-${feature}`] ?? 'disabled';
  return !/^disabled$/i.test(flag);
}

function maskProblems(spec: RevisionSpec, settings: KnativeSettings): readonly FieldProblem[] {
  const set = (field: string): boolean => {
    const value = (spec as Readonly<Record<string, unknown>>)[field];
    return value !== undefined && value !== '' && value !== false;
  };
  const refused = Object.entries(features)
    .filter(([field, feature]) => set(field) && !isOn(settings, feature))
    .map(([field]) => field);
  if (spec.automountServiceAccountToken === true) refused.push('automountServiceAccountToken');
  const ofVolumes = (spec.volumes ?? []).flatMap((volume, index) =>
    Object.entries(volumeFeatures)
      .filter(([field, feature]) => field in volume && !isOn(settings, feature))
      .map(([field]) => disallowed(`volumes[${index}].${field}`)),
  );
  return [...(refused.length > 0 ? [disallowed(...refused)] : []), ...ofVolumes];
}

function initProblems(
  { initContainers = [] }: RevisionSpec,
  settings: KnativeSettings,
): readonly FieldProblem[] {
  if (initContainers.length === 0 || isOn(settings, 'init-containers')) return [];
  const message = `pod spec support for init-containers is off, but found ${initContainers.length} init containers`;
  return [{ message, paths: [] }];
}

function portCountProblems(containers: readonly Container[]): readonly FieldProblem[] {
  const count = containers.reduce((sum, { ports: own = [] }) => sum + own.length, 0);
  const path = 'containers[*].ports';
  if (count === 0 && containers.length > 1) return [missingField(path)];
  if (count <= 1) return [];
  const details = 'Only a single port is allowed across all containers';
  return [{ message: 'more than one container port is set', paths: [path], details }];
}

function duplicateProblems(containers: readonly Container[]): readonly FieldProblem[] {
  return containers.flatMap(({ name }, index) => {
    const isKnown = containers.slice(0, index).some(other => other.name === name);
    const message = `duplicate container name "${name}"`;
    return isKnown ? [{ message, paths: [`containers[${index}].name`] }] : [];
  });
}

function containerProblems(
  container: Container,
  { volumes = [] }: RevisionSpec,
): readonly FieldProblem[] {
  const { name, image = '', env = [], ports: own = [], volumeMounts = [] } = container;
  const reserved = `"${name}" is a reserved container name`;
  const names = volumes.map(volume => volume.name);
  return [
    ...(name === queueContainerName ? [{ message: reserved, paths: ['name'] }] : []),
    ...env.flatMap((variable, index) => {
      const isReserved = reservedEnvironment.includes(variable.name);
      const message = `"${variable.name}" is a reserved environment variable`;
      return isReserved ? [{ message, paths: [`env[${index}].name`] }] : [];
    }),
    ...(image === '' ? [missingField('image')] : []),
    ...within('ports', portProblems(own)),
    ...within('readinessProbe', probeProblems(container)),
    ...(container.securityContext?.privileged === true
      ? [disallowed('securityContext.privileged')]
      : []),
    ...volumeMounts.flatMap((mount, index) =>
      within(`volumeMounts[${index}]`, mountProblems(mount, names)),
    ),
  ];
}

type Mount = NonNullable<Container['volumeMounts']>[number];

function mountProblems(
  { name, mountPath }: Mount,
  names: readonly string[],
): readonly FieldProblem[] {
  const unmatched = { message: 'volumeMount has no matching volume', paths: ['name'] };
  const clean = mountPath.length > 1 ? mountPath.replace(/\/+$/, '') : mountPath;
  const reserved = { message: `mountPath "${clean}" is a reserved path`, paths: ['mountPath'] };
  const [first] = [
    ...(mountPath === '' ? [missingField('mountPath')] : []),
    ...(reservedPaths.includes(clean) ? [reserved] : []),
    ...(clean.startsWith('/') ? [] : [invalidValue(mountPath, 'mountPath')]),
  ];
  return [...(names.includes(name) ? [] : [unmatched]), ...(first === undefined ? [] : [first])];
}

function portProblems(own: NonNullable<Container['ports']>): readonly FieldProblem[] {
  const [port] = own;
  if (port === undefined) return [];
  const { containerPort, protocol = 'TCP', name = '', hostPort, hostIP } = port;
  const reserved = `${containerPort} is a reserved port`;
  const details = "Name must be empty, or one of: 'h2c', 'http1'";
  return [
    ...(hostPort === undefined ? [] : [disallowed('hostPort')]),
    ...(hostIP === undefined ? [] : [disallowed('hostIP')]),
    ...(reservedPorts.includes(containerPort)
      ? [invalidValue(reserved, 'containerPort', `${reserved}, please use a different value`)]
      : []),
    ...(containerPort < 0 || containerPort > portMax
      ? [outOfBounds(containerPort, [0, portMax], 'containerPort')]
      : []),
    ...(protocol === 'TCP' || protocol === '' ? [] : [invalidValue(protocol, 'protocol')]),
    ...(['', 'h2c', 'http1'].includes(name)
      ? []
      : [{ message: `Port name ${name} is not allowed`, paths: [''], details }]),
  ];
}

function probeProblems({ readinessProbe: probe }: Container): readonly FieldProblem[] {
  if (probe === undefined) return [];
  const { periodSeconds = 0, failureThreshold = 0, timeoutSeconds = 0 } = probe;
  if (periodSeconds !== 0) return [];
  const refused = (field: string): FieldProblem => ({
    message: `${field} is disallowed when periodSeconds is zero`,
    paths: [field],
  });
  return [
    ...(failureThreshold === 0 ? [] : [refused('failureThreshold')]),
    ...(timeoutSeconds === 0 ? [] : [refused('timeoutSeconds')]),
  ];
}

function numberProblems(
  { timeoutSeconds = 0, containerConcurrency }: RevisionSpec,
  { defaults }: KnativeSettings,
): readonly FieldProblem[] {
  const { timeoutSecondsMax, containerConcurrencyMax, allowsUnlimitedConcurrency } = defaults;
  const least = allowsUnlimitedConcurrency ? 0 : 1;
  const isTimeoutGood = timeoutSeconds >= 0 && timeoutSeconds <= timeoutSecondsMax;
  const isConcurrencyGood =
    containerConcurrency === undefined ||
    (containerConcurrency >= least && containerConcurrency <= containerConcurrencyMax);
  return [
    ...(isTimeoutGood
      ? []
      : [outOfBounds(timeoutSeconds, [0, timeoutSecondsMax], 'timeoutSeconds')]),
    ...(isConcurrencyGood
      ? []
      : [
          outOfBounds(
            containerConcurrency,
            [least, containerConcurrencyMax],
            'containerConcurrency',
          ),
        ]),
  ];
}
