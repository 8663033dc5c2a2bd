/** Metrics of pods' containers. @upstream kube-state-metrics v2.20 internal/store/pod.go */
import type { Container, ContainerStatus, Pod } from '../../../api/kinds/core.js';
import { information, resourceRows, seconds, series, type Family, type Row } from '../family.js';

type Labels = Readonly<Record<string, string>>;

/** Whose metrics they are: the containers' or the init containers'. */
interface Side {
  readonly prefix: string;
  /** As the help has it. */
  readonly what: string;
  containers(pod: Pod): readonly Container[];
  statuses(pod: Pod): readonly ContainerStatus[];
}

const main: Side = {
  prefix: 'kube_pod_container',
  what: 'container',
  containers: ({ spec }) => spec?.containers ?? [],
  statuses: ({ status }) => status?.containerStatuses ?? [],
};

const init: Side = {
  prefix: 'kube_pod_init_container',
  what: 'init container',
  containers: ({ spec }) => spec?.initContainers ?? [],
  statuses: ({ status }) => status?.initContainerStatuses ?? [],
};

/** A metric with a series for each container that has a status, unless it has nothing to tell. */
function each(
  { prefix, statuses }: Side,
  [name, help, type = 'gauge']: readonly [name: string, help: string, type?: 'gauge' | 'counter'],
  value: (status: ContainerStatus) => number | undefined,
): Family<Pod> {
  const rows = (pod: Pod): Row[] =>
    statuses(pod).flatMap(status => {
      const told = value(status);
      return told === undefined ? [] : [{ labels: { container: status.name }, value: told }];
    });
  return series(`${prefix}_${name}`, help, rows, type);
}

/** A metric that is one for each container that has a reason. */
function because(
  { prefix, statuses }: Side,
  name: string,
  help: string,
  reason: (status: ContainerStatus) => string | undefined,
): Family<Pod> {
  return information(`${prefix}_${name}`, help, pod =>
    statuses(pod).flatMap(status => {
      const told = reason(status);
      return told === undefined ? [] : [{ container: status.name, reason: told }];
    }),
  );
}

function resources(
  { prefix, containers }: Side,
  name: 'limits' | 'requests',
  help: string,
): Family<Pod> {
  return series(`${prefix}_resource_${name}`, help, pod =>
    containers(pod).flatMap(container =>
      resourceRows(
        container.resources?.[name],
        { container: container.name, node: pod.spec?.nodeName ?? '' },
        { isNode: false },
      ),
    ),
  );
}

function info(side: Side): Family<Pod> {
  const { prefix, what, containers, statuses } = side;
  const article = side === init ? 'an' : 'a';
  return information(`${prefix}_info`, `Information about ${article} ${what} in a pod.`, pod =>
    containers(pod).flatMap(container =>
      statuses(pod)
        .filter(({ name }) => name === container.name)
        .map(status => imageLabels(side, container, status)),
    ),
  );
}

function imageLabels(side: Side, container: Container, status: ContainerStatus): Labels {
  const labels = {
    container: status.name,
    image_spec: container.image ?? '',
    image: status.image ?? '',
    image_id: status.imageID ?? '',
    container_id: status.containerID ?? '',
  };
  return side === init ? { ...labels, restart_policy: container.restartPolicy ?? '' } : labels;
}

const flag = (isSo: boolean): number => (isSo ? 1 : 0);

const startedAt = ({ state }: ContainerStatus): number | undefined =>
  seconds((state?.running ?? state?.terminated)?.startedAt);

function families(side: Side): readonly Family<Pod>[] {
  const { what } = side;
  const whether = (state: string): string =>
    `Describes whether the ${what} is currently in ${state} state.`;
  const why = (state: string): string =>
    `Describes the reason the ${what} is currently in ${state} state.`;
  return [
    info(side),
    resources(side, 'limits', `The number of requested limit resource by the ${what}.`),
    resources(side, 'requests', `The number of requested request resource by the ${what}.`),
    each(side, ['state_started', `Start time in unix timestamp for a pod ${what}.`], startedAt),
    because(
      side,
      'status_last_terminated_reason',
      `Describes the last reason the ${what} was in terminated state.`,
      ({ lastState }) => lastState?.terminated && (lastState.terminated.reason ?? ''),
    ),
    each(
      side,
      [
        'status_last_terminated_exitcode',
        `Describes the exit code for the last ${what} in terminated state.`,
      ],
      ({ lastState }) => lastState?.terminated?.exitCode,
    ),
    each(
      side,
      [
        'status_last_terminated_timestamp',
        `Last terminated time for a pod ${what} in unix timestamp.`,
      ],
      ({ lastState }) => seconds(lastState?.terminated?.finishedAt),
    ),
    each(
      side,
      ['status_ready', `Describes whether the ${what}s readiness check succeeded.`],
      ({ ready }) => flag(ready === true),
    ),
    each(
      side,
      ['status_restarts_total', `The number of container restarts per ${what}.`, 'counter'],
      ({ restartCount = 0 }) => restartCount,
    ),
    each(side, ['status_running', whether('running')], ({ state }) =>
      flag(state?.running !== undefined),
    ),
    each(side, ['status_terminated', whether('terminated')], ({ state }) =>
      flag(state?.terminated !== undefined),
    ),
    because(
      side,
      'status_terminated_reason',
      why('terminated'),
      ({ state }) => state?.terminated && (state.terminated.reason ?? ''),
    ),
    each(side, ['status_waiting', whether('waiting')], ({ state }) =>
      flag(state?.waiting !== undefined),
    ),
    because(
      side,
      'status_waiting_reason',
      why('waiting'),
      ({ state }) => state?.waiting && (state.waiting.reason ?? ''),
    ),
  ];
}

/** Of the containers. */
export const containerFamilies = families(main);
/** Of the init containers. */
export const initContainerFamilies = families(init);
