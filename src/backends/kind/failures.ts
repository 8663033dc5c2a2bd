/** What kind's failures mean: one clear message each, with the next step. */
import { exitCodes, UserError } from '../../input/errors.js';
import type { CommandResult } from './run-command.js';

/** A failure as it is told. */
interface Told {
  /** A short, stable word for programs. */
  readonly code: string;
  readonly what: string;
  readonly next: string;
  /** Default: the backend failed. */
  readonly exitCode?: number;
}

interface Meaning {
  readonly pattern: RegExp;
  readonly tell: (match: RegExpMatchArray, text: string) => Told;
}

const group = (match: RegExpMatchArray, index: number): string => match[index] ?? '';

/** What is wrong with what the user gave. */
const badInput = (code: string, what: string, next: string): Told => ({
  code,
  what,
  next,
  exitCode: exitCodes.usage,
});

const meanings: readonly Meaning[] = [
  {
    pattern: /node\(s\) already exist for a cluster with the name "([^"]*)"/,
    tell: match => ({
      ...badInput(
        'cluster-exists',
        `there is a kind cluster "${group(match, 1)}" already, or what is left of one`,
        `use it with --reuse, delete it with: seatrial cluster delete ${group(match, 1)}, or take another name`,
      ),
    }),
  },
  {
    pattern: /'([^']*)' is not a valid cluster name/,
    tell: match =>
      badInput(
        'bad-name',
        `"${group(match, 1)}" is no name for a kind cluster`,
        'lower-case letters, digits, dots and dashes only',
      ),
  },
  {
    pattern: /yaml: unmarshal errors:\s*\n?\s*(line \d+): field (\S+) not found/,
    tell: match =>
      badInput(
        'bad-config',
        `kind's configuration, ${group(match, 1)}: there is no field ${group(match, 2)}`,
        'kind reads its file strictly: see https://kind.sigs.k8s.io/docs/user/configuration/',
      ),
  },
  {
    pattern: /(?:unable to decode config|could not determine kind \/ apiVersion for config): (.*)/,
    tell: match =>
      badInput(
        'bad-config',
        `kind cannot read the configuration: ${group(match, 1)}`,
        'see https://kind.sigs.k8s.io/docs/user/configuration/',
      ),
  },
  {
    pattern: /unknown apiVersion: (\S+)/,
    tell: match =>
      badInput(
        'bad-config',
        `kind knows no configuration of ${group(match, 1)}`,
        'write apiVersion: kind.x-k8s.io/v1alpha4',
      ),
  },
  {
    pattern: /must have at least one control-plane node/,
    tell: () =>
      badInput(
        'bad-config',
        'the configuration has no control-plane node',
        'give one node that role',
      ),
  },
  {
    pattern: /error reading file: (.*)/,
    tell: match =>
      badInput('no-such-file', `kind cannot read its file: ${group(match, 1)}`, 'check --config'),
  },
  {
    pattern: /^ERROR: unknown (command|flag)[: ]+"?([^"\s]+)"?/m,
    tell: match => ({
      code: 'kind-too-old',
      what: `this kind knows no ${group(match, 1)} ${group(match, 2)}`,
      next: 'install kind 0.20 or newer: https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
    }),
  },
  {
    pattern: /could not locate any control plane nodes for cluster named '([^']*)'/,
    tell: match => noCluster(group(match, 1)),
  },
  {
    pattern: /no nodes found for cluster "([^"]*)"/,
    tell: match => noCluster(group(match, 1)),
  },
  {
    pattern: /unknown node: "([^"]*)"/,
    tell: match =>
      badInput(
        'no-such-node',
        `the cluster has no node ${group(match, 1)}`,
        'list them with: kind get nodes --name <cluster>',
      ),
  },
  {
    pattern: /image: "([^"]*)" not present locally/,
    tell: match =>
      badInput(
        'no-such-image',
        `the image ${group(match, 1)} is not on this machine, and kind loads no other`,
        `build it, or: docker pull ${group(match, 1)}`,
      ),
  },
  {
    pattern: /failed to pull image "([^"]*)"/,
    tell: match => ({
      code: 'no-node-image',
      what: `the node image ${group(match, 1)} can be neither found nor pulled`,
      next: 'check the network and the name, or give another with --image',
    }),
  },
  {
    pattern: /(?:bind|listen)[^\n]*: address already in use|port is already allocated/,
    tell: (_match, text) => ({
      code: 'port-in-use',
      what: `a port of the configuration is in use${portOf(text)}`,
      next: 'free it, or change hostPort or apiServerPort; 0 takes a free one',
    }),
  },
  {
    pattern:
      /Cannot connect to the Docker daemon at ([^\s.]+(?:\.[^\s.]+)*)|is the docker daemon running/i,
    tell: match => ({
      code: 'docker-down',
      what: `the docker daemon does not answer${match[1] === undefined ? '' : ` at ${group(match, 1)}`}`,
      next: 'start it, or set DOCKER_HOST; without any: --backend sim or control-plane',
    }),
  },
  {
    pattern: /permission denied while trying to connect to the Docker daemon/i,
    tell: () => ({
      code: 'docker-denied',
      what: 'this user may not talk to the docker daemon',
      next: 'join the docker group, or use rootless docker or podman',
    }),
  },
  {
    pattern: /exec: "(docker|podman|nerdctl|finch|nerdctl\.lima)": executable file not found/,
    tell: match => missingProvider(group(match, 1)),
  },
  {
    pattern: /failed to (init node|join node) with kubeadm/,
    tell: match => ({
      code: 'kubeadm-failed',
      what: `kubeadm could not ${group(match, 1) === 'init node' ? 'start the control plane' : 'join a node'}`,
      next: 'its log rarely holds the cause: read kubelet.log of the node in the exported logs',
    }),
  },
  {
    pattern: /too many open files|no space left on device/,
    tell: match => ({
      code: 'host-exhausted',
      what: `the machine is exhausted: ${match[0]}`,
      next: 'raise fs.inotify limits, free disk space, or run fewer nodes',
    }),
  },
];

function noCluster(name: string): Told {
  return badInput(
    'no-such-cluster',
    `there is no kind cluster "${name}"`,
    'list them with: seatrial cluster list',
  );
}

function missingProvider(name: string): Told {
  return {
    code: 'no-container-engine',
    what: `kind needs ${name}, which is not installed`,
    next: 'install docker, podman or nerdctl; without any: --backend sim or control-plane',
  };
}

function portOf(text: string): string {
  const port = /(\d{1,3}(?:\.\d{1,3}){3}:\d+)[^\n]*(?:in use|allocated)/.exec(text)?.[1];
  return port === undefined ? '' : ` (${port})`;
}

/** The error that a failed command of kind is told as; `cause` is what the node's own log says. */
export function kindFailure(
  doing: string,
  result: Pick<CommandResult, 'stderr' | 'isMissing' | 'code'>,
  cause?: string,
): UserError {
  const { what, next, code, exitCode = exitCodes.backend } = toldOf(doing, result);
  const message = cause === undefined ? what : `${what}: ${cause}`;
  return new UserError(message, { exitCode, code, next });
}

function toldOf(doing: string, result: Pick<CommandResult, 'stderr' | 'isMissing' | 'code'>): Told {
  if (result.isMissing) {
    return {
      code: 'no-kind',
      what: 'kind is not installed, or not in PATH',
      next: 'install it: https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
    };
  }
  for (const { pattern, tell } of meanings) {
    const match = pattern.exec(result.stderr);
    if (match !== null) return tell(match, result.stderr);
  }
  const said = result.stderr.split('\n').find(line => line.startsWith('ERROR: ')) ?? '';
  const reason =
    said === '' ? `exit code ${result.code ?? 'unknown'}` : said.slice('ERROR: '.length);
  return {
    code: 'kind-failed',
    what: `kind could not ${doing}: ${reason}`,
    next: 'run it by hand with -v 3 to see more',
  };
}
