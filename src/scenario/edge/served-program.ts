/** The program that serves the requests of Services: what containers with ports run, unless they run something else. */
import { milliValueOf } from '../../../sim/api/quantity.js';
import { isGateway } from '../../../sim/network/mesh/sidecar.js';
import { signalExitCode } from '../../../sim/nodes/container.js';
import { chooser } from '../../../sim/workloads/choose.js';
import { listen } from '../../../sim/workloads/serving/listening.js';
import { command, pause, runForever } from '../../../sim/workloads/plain.js';
import { isShellCommand } from '../../../sim/workloads/shell/knows.js';
import type { ContainerContext, Program, WorkloadRule } from '../../../sim/workloads/workload.js';

/** A program that serves, as those who reckon the traffic see it. */
export interface Server {
  /** Of its pod. */
  readonly ip: string;
  readonly node: string;
  /** What its pod asks of a CPU, in thousandths. */
  readonly requestMillis: number;
  /** It has heard SIGTERM: what it has, it still answers. */
  isStopping: boolean;
  /** It was told to end, whatever it makes of it. */
  wasTold: boolean;
  /** States what it uses from now on; undefined: a program with a mind of its own, which serves without limit. */
  readonly use?: (cpuMillis: number) => void;
}

/** Hears of servers that come and go. */
export interface Servers {
  joined(server: Server): void;
  left(server: Server): void;
}

/** Pods that ask for no CPU are taken to ask for so much. */
const usualMillis = 100;

const usual = chooser([]);

/** Plays all containers of which nothing else is known: those with ports serve, or all where none has ports. */
export function servedRule(servers: Servers): WorkloadRule {
  return {
    workload: {
      name: 'serves-requests',
      startError: words => (isShellCommand(words) ? command.startError?.(words) : undefined),
      start: context => {
        const own = usual(context);
        if (!isServing(context)) return own.start(context);
        return own === runForever || own === pause
          ? serve(context, servers)
          : followed(own.start(context), servers, context);
      },
    },
  };
}

function isServing({ pod, container }: ContainerContext): boolean {
  // Of a mesh's proxies only gateways serve: a sidecar among the containers is none of them.
  const containers = (pod.spec?.containers ?? []).filter(
    ({ name }) => name !== 'istio-proxy' || isGateway(pod),
  );
  if (!containers.some(({ name }) => name === container.name)) return false;
  const hasPorts = ({ ports = [] }: ContainerContext['container']): boolean => ports.length > 0;
  return hasPorts(container) || !containers.some(hasPorts);
}

function serve(context: ContainerContext, servers: Servers): Program {
  const server: Server = Object.assign(serverOf(context), {
    use: (cpuMillis: number) => context.use({ cpuMillis, memoryBytes: 0 }),
  });
  servers.joined(server);
  listen(context);
  return {
    terminate: () => {
      server.isStopping = true;
      server.wasTold = true;
      context.exit(0);
    },
    ended: () => servers.left(server),
  };
}

/** The program as it is, beside which a server is told of. */
function followed(program: Program, servers: Servers, context: ContainerContext): Program {
  const server = serverOf(context);
  servers.joined(server);
  const ended = program.ended?.bind(program);
  const left = (): void => {
    ended?.();
    servers.left(server);
  };
  program.ended = left;
  const terminate = program.terminate?.bind(program);
  const told = (signal: string): void => {
    server.wasTold = true;
    if (terminate === undefined) context.exit(signalExitCode(signal));
    else terminate(signal);
  };
  program.terminate = told;
  return program;
}

function serverOf(context: ContainerContext): Server {
  return {
    ip: context.pod.status?.podIP ?? '',
    node: context.pod.spec?.nodeName ?? '',
    requestMillis: requestOf(context),
    isStopping: false,
    wasTold: false,
  };
}

function requestOf({ pod }: ContainerContext): number {
  const asked = (pod.spec?.containers ?? []).map(({ resources }) => resources?.requests?.['cpu']);
  const sum = asked.reduce(
    (total, text) => total + (text === undefined ? 0 : milliValueOf(text)),
    0,
  );
  return sum > 0 ? sum : usualMillis;
}
