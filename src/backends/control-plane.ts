/** A real control plane as local processes: etcd, kube-apiserver, and what else is there of Kubernetes. */
import type { KubeConfig } from '@kubernetes/client-node';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Fault } from '../cluster.js';
import { elapsedMs, sleep } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import {
  apiServerArguments,
  controllerManagerArguments,
  etcdArguments,
  schedulerArguments,
  type ControlPlaneFile,
  type ControlPlanePlace,
  type ControlPlanePrograms,
} from './control-plane-programs.js';
import { AuditLog, auditPolicy } from './writers/audit-log.js';
import { freePorts } from './free-port.js';
import { ConnectionError, HttpClient } from './http-client.js';
import { kubeconfigText, type Access } from './kubeconfig-file.js';
import { startProgram, type LocalProcess } from './local-process.js';
import { Trouble, type TroubledProgram } from './control-plane-trouble.js';
import { openWatchProxy } from './watch-proxy.js';
import { scratchFolder, type ScratchFolder } from './scratch-folder.js';

/** How it is started. */
export interface ControlPlaneOptions extends Pick<
  ControlPlanePlace,
  'featureGates' | 'runtimeConfig'
> {
  readonly programs: ControlPlanePrograms;
  /** Of ClusterIPs. Default 10.96.0.0/16. */
  readonly serviceRange?: string;
  /** A KubeSchedulerConfiguration as YAML; its client connection is filled in. */
  readonly schedulerConfig?: object;
  /** Whether what travels to and from its controller manager and scheduler can be troubled. Default false. */
  readonly hasWeather?: boolean;
  /** Of that weather: another number, another order in which things reach each other. Default 0: calm. */
  readonly interleaving?: number;
  /** Asked while it starts: an error with which it is given up, and taken back. */
  readonly failure?: () => unknown;
  /** Given up after so long, in milliseconds. Default 90,000. */
  readonly startMaxMs?: number;
}

/** A control plane that runs. */
export interface ControlPlane {
  /** Of the cluster's admin. */
  readonly config: KubeConfig;
  readonly access: Access;
  /** For a server of ours on loopback that the API server calls, and trusts. */
  readonly serverKeys: { readonly certificate: string; readonly key: string };
  /** What its API server was asked. */
  readonly auditLog: AuditLog;
  /** Lets something go wrong with one of its programs; false when it is about something else. */
  inject(fault: Fault): boolean;
  /** What became of a program that ended by itself, with the tail of its log; undefined while all run. */
  crash(): UserError | undefined;
  /** Ends the programs and removes what they wrote. */
  stop(): Promise<void>;
}

const startMaxMsByDefault = 90_000;
/** Somebody may take a port between our look and the program's. */
const attemptsMax = 3;

/**
 * Starts the programs and waits until the API server is ready.
 *
 * @throws UserError with the tail of the log of what did not start.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt++) {
    const starting = new Starting(options, scratchFolder('control-plane'));
    try {
      return await starting.start();
    } catch (error) {
      await starting.stop();
      const isPortTaken = error instanceof UserError && error.details.code === 'port-in-use';
      if (!isPortTaken || attempt >= attemptsMax) throw error;
    }
  }
}

class Starting {
  private readonly running: LocalProcess[] = [];
  private readonly trouble: Trouble;
  private isStopping = false;

  constructor(
    private readonly options: ControlPlaneOptions,
    private readonly folder: ScratchFolder,
  ) {
    this.trouble = new Trouble(options.interleaving ?? 0);
  }

  async start(): Promise<ControlPlane> {
    const { programs, schedulerConfig } = this.options;
    const { place, access, serverKeys } = await preparePlace(this.options, this.folder);
    await this.run('etcd', programs.etcd, etcdArguments(place));
    await this.run('kube-apiserver', programs.apiServer, apiServerArguments(place));
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromString(kubeconfigText(access));
    await this.untilReady(config);
    const upstream = { access, keys: serverKeys };
    if (programs.controllerManager !== undefined) {
      const args = controllerManagerArguments(place);
      await this.troubled('kube-controller-manager', place, upstream);
      await this.run('kube-controller-manager', programs.controllerManager, args);
    }
    if (programs.scheduler !== undefined) {
      await this.troubled('kube-scheduler', place, upstream);
      const file = schedulerConfig && this.schedulerConfig(schedulerConfig, place);
      await this.run('kube-scheduler', programs.scheduler, schedulerArguments(place, file));
    }
    return {
      config,
      access,
      serverKeys,
      auditLog: new AuditLog(place.auditLog),
      inject: fault => this.trouble.inject(fault),
      crash: () => this.crash(),
      stop: () => this.stop(),
    };
  }

  /** In the opposite order, so that nobody writes complaints to nobody. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.trouble.close();
    for (const program of [...this.running].reverse()) await program.stop();
    this.folder.remove();
  }

  private crash(): UserError | undefined {
    if (this.isStopping) return undefined;
    const ended = this.running.find(
      ({ end, name }) => end !== undefined && !this.trouble.isDown(name),
    );
    return ended && crashOf(ended);
  }

  private async run(name: string, file: string, args: readonly string[]): Promise<void> {
    const logFile = this.folder.file(`${name}.log`);
    const start = async (): Promise<LocalProcess> => {
      const program = await startProgram({ name, file, arguments: args, logFile });
      const before = this.running.findIndex(known => known.name === name);
      if (before < 0) this.running.push(program);
      else this.running[before] = program;
      // It may have been let go of while it came back.
      if (this.isStopping) await program.stop();
      return program;
    };
    this.trouble.program(await start(), start);
  }

  /** Puts a proxy between the program and the API server, by its kubeconfig. */
  private async troubled(
    process: TroubledProgram,
    { files }: ControlPlanePlace,
    { access, keys }: { readonly access: Access; readonly keys: ControlPlane['serverKeys'] },
  ): Promise<void> {
    if (this.options.hasWeather !== true) return;
    const { weather } = this.trouble;
    const proxy = await openWatchProxy({ process, weather, upstream: access, keys });
    this.trouble.proxy(proxy);
    const file =
      files[
        process === 'kube-scheduler' ? 'scheduler.kubeconfig' : 'controller-manager.kubeconfig'
      ];
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(access.server, proxy.server));
  }

  private schedulerConfig(given: object, { files }: ControlPlanePlace): string {
    const filled = {
      ...given,
      clientConnection: { kubeconfig: files['scheduler.kubeconfig'] },
      leaderElection: { leaderElect: false },
    };
    return this.folder.write('scheduler.yaml', JSON.stringify(filled));
  }

  private async untilReady(config: KubeConfig): Promise<void> {
    const client = new HttpClient(config, { answerMaxMs: 2_000 });
    const startMs = elapsedMs();
    const { startMaxMs = startMaxMsByDefault, failure } = this.options;
    try {
      for (;;) {
        const crashed = failure?.() ?? this.crash();
        if (crashed !== undefined) throw crashed;
        const status = await statusOf(client);
        if (status === 200) return;
        if (elapsedMs() - startMs > startMaxMs) throw this.tooSlow(startMaxMs);
        await sleep(50);
      }
    } finally {
      client.close();
    }
  }

  private tooSlow(startMaxMs: number): UserError {
    const last = this.running.at(-1);
    return new UserError(
      `${last?.name ?? 'it'} was not ready within ${startMaxMs / 1000} s:\n${last?.tail() ?? ''}`,
      {
        exitCode: exitCodes.backend,
        code: 'start-too-slow',
        next: 'the end of its log is above; if the machine was busy, try again',
      },
    );
  }
}

async function statusOf(client: HttpClient): Promise<number> {
  try {
    return (await client.send({ method: 'GET', path: '/readyz' })).status;
  } catch (error) {
    // Nobody listens yet, or it is too busy to answer.
    if (error instanceof ConnectionError) return 0;
    throw error;
  }
}

function crashOf({ name, end = '', tail }: LocalProcess): UserError {
  const log = tail();
  const isPortTaken = /address already in use|bind: permission denied/i.test(log);
  return new UserError(`${name} ended by itself (${end}); the end of its log:\n${log}`, {
    exitCode: exitCodes.backend,
    code: isPortTaken ? 'port-in-use' : 'program-crashed',
    next: isPortTaken
      ? 'somebody else took the port: try again'
      : 'the log says why; another version of the program may be needed',
  });
}

const loopbackNames = ['127.0.0.1', 'localhost', 'kubernetes', 'kubernetes.default'];

async function preparePlace(
  { serviceRange = '10.96.0.0/16', featureGates, runtimeConfig }: ControlPlaneOptions,
  folder: ScratchFolder,
): Promise<Pick<ControlPlane, 'access' | 'serverKeys'> & { readonly place: ControlPlanePlace }> {
  const [etcdPort = 0, etcdPeerPort = 0, apiPort = 0] = await freePorts(3);
  const { createAuthority } = await import('../../sim/http/certificates.js');
  const authority = await createAuthority();
  const server = await authority.server(loopbackNames);
  const etcdClient = await authority.client('kube-apiserver-etcd-client', []);
  const kubeletClient = await authority.client('kube-apiserver-kubelet-client', []);
  const accounts = await authority.client('service-accounts', []);
  const accessOf = async (user: string, groups: readonly string[]): Promise<Access> => ({
    contextName: 'seatrial-control-plane',
    server: `https://127.0.0.1:${apiPort}`,
    authority: authority.certificate,
    ...(await authority.client(user, groups)),
  });
  const kubeconfigOf = async (user: string): Promise<string> =>
    kubeconfigText(await accessOf(user, []));
  const texts: Readonly<Record<ControlPlaneFile, string>> = {
    'ca.crt': authority.certificate,
    'server.crt': server.certificate,
    'server.key': server.key,
    'etcd-client.crt': etcdClient.certificate,
    'etcd-client.key': etcdClient.key,
    'kubelet-client.crt': kubeletClient.certificate,
    'kubelet-client.key': kubeletClient.key,
    'service-accounts.crt': accounts.certificate,
    'service-accounts.key': accounts.key,
    'controller-manager.kubeconfig': await kubeconfigOf('system:kube-controller-manager'),
    'scheduler.kubeconfig': await kubeconfigOf('system:kube-scheduler'),
    'audit-policy.json': JSON.stringify(auditPolicy),
  };
  const files = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, folder.write(name, text)]),
  ) as Record<ControlPlaneFile, string>;
  const dataFolder = folder.file('etcd');
  return {
    place: {
      dataFolder,
      etcdPort,
      etcdPeerPort,
      apiPort,
      files,
      serviceRange,
      auditLog: folder.file('audit.log'),
      ...(featureGates !== undefined && { featureGates }),
      ...(runtimeConfig !== undefined && { runtimeConfig }),
    },
    access: await accessOf('kubernetes-admin', ['system:masters']),
    serverKeys: server,
  };
}
