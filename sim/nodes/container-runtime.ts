/** The container runtime of one node: sandboxes and containers, with the time that it takes to make and stop them. */
import { LateMap } from '../engine/late-map.js';
import type { Pod } from '../api/kinds/core.js';
import type { Clock } from '../engine/clock.js';
import { mixNumber } from '../engine/hash.js';
import { hexText } from '../engine/hex.js';
import type { Random } from '../engine/random.js';
import { type ContainerConfig, RuntimeContainer } from './container.js';
import type { RuntimeStatus, SandboxRecord } from './container-records.js';
import { GpuMeter } from './gpu-meter.js';
import type { PodAddresses } from './pod-addresses.js';
import type { Task } from './task.js';
import { draw, type NodeTimings } from './timings.js';

interface RuntimePod {
  sandboxes: readonly SandboxRecord[];
  containers: readonly RuntimeContainer[];
  /** How often a container of this name was created: the log folder tells, even of removed ones. */
  readonly created: Map<string, number>;
  /** The CPU that removed containers had used: the pod's cgroup counted it. */
  removedCpu: number;
}

/** What a runtime needs. */
export interface ContainerRuntimeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly timings: NodeTimings;
  readonly addresses: PodAddresses;
  /** Runtime handlers besides the default one. */
  readonly runtimeHandlers: readonly string[];
  /** Hears every line that a container writes. */
  readonly onLog?: ((line: LoggedLine) => void) | undefined;
}

/** A line of a container's log. */
export interface LoggedLine {
  /** As the pod's status names the container: `containerd://...`. */
  readonly containerID: string;
  readonly timeMs: number;
  readonly text: string;
}

/** Whoever follows what a runtime does. */
export interface RuntimeListener {
  /** Is called after each change of a pod's sandboxes or containers. */
  changed(podUid: string): void;
  /** Is called when a program uses more or less memory than before. */
  used(): void;
}

/** Keeps what runs on a node. It outlives the kubelet's process. */
export class ContainerRuntime {
  private readonly pods = new LateMap<string, RuntimePod>();
  /** How busy the programs keep the GPUs. */
  readonly gpus: GpuMeter;
  private listener: RuntimeListener | undefined;
  /** The CPU that the containers of removed pods had used. */
  private removedCpu = 0;
  /** The containers that run, until one of them or of the others changes. */
  private running: readonly RuntimeContainer[] | undefined;

  constructor(private readonly options: ContainerRuntimeOptions) {
    this.gpus = new GpuMeter(options.clock.now());
  }

  /** The time on its machine. */
  get nowMs(): number {
    return this.options.clock.now();
  }

  /** Tells this one from now on, instead of the last; undefined: nobody. */
  listen(listener: RuntimeListener | undefined): void {
    this.listener = listener;
  }

  /** The pods of which something is left. */
  podUids(): readonly string[] {
    return [...this.pods.keys()];
  }

  /** What there is of a pod, newest first. */
  status(podUid: string): RuntimeStatus {
    const pod = this.pods.get(podUid);
    if (pod === undefined) return { sandboxes: [], containers: [] };
    return { sandboxes: pod.sandboxes, containers: pod.containers.map(({ record }) => record) };
  }

  /** The containers of a pod themselves, newest first. */
  containersOf(podUid: string): readonly RuntimeContainer[] {
    return this.pods.get(podUid)?.containers ?? [];
  }

  /** All CPU that a pod's containers have used, also those that are gone. */
  cpuNanoCoreSeconds(podUid: string): number {
    const { containers = [], removedCpu = 0 } = this.pods.get(podUid) ?? {};
    return containers.reduce((sum, each) => sum + each.cpuNanoCoreSeconds(), removedCpu);
  }

  /** All CPU that the containers of all pods have used since the machine is there. */
  totalCpuNanoCoreSeconds(): number {
    let sum = this.removedCpu;
    for (const uid of this.pods.keys()) sum += this.cpuNanoCoreSeconds(uid);
    return sum;
  }

  /** Visits all containers that run, pod after pod, newest first. */
  eachRunning(visit: (container: RuntimeContainer) => void): void {
    for (const container of (this.running ??= this.findRunning())) visit(container);
  }

  private findRunning(): readonly RuntimeContainer[] {
    const running: RuntimeContainer[] = [];
    for (const { containers } of this.pods.values()) {
      for (const container of containers)
        if (container.record.state === 'running') running.push(container);
    }
    return running;
  }

  /** Something of a pod's sandboxes or containers is otherwise than before. */
  private changed(podUid: string): void {
    this.running = undefined;
    this.listener?.changed(podUid);
  }

  container(podUid: string, id: string): RuntimeContainer | undefined {
    return this.containersOf(podUid).find(container => container.record.id === id);
  }

  /** Makes a sandbox and its network. Returns an error's text when there is no such runtime handler. */
  *createSandbox(
    pod: Pod,
    settings: { readonly attempt: number; readonly handler: string },
  ): Task<SandboxRecord | string> {
    const { random, timings, addresses, runtimeHandlers } = this.options;
    const id = this.id();
    if (settings.handler !== '' && !runtimeHandlers.includes(settings.handler)) {
      yield draw(random, timings.exec);
      const why = `no runtime for "${settings.handler}" is configured`;
      return `rpc error: code = Unknown desc = unable to get OCI runtime for sandbox "${id}": ${why}`;
    }
    yield draw(random, timings.createSandbox);
    const ip = pod.spec?.hostNetwork === true ? '' : addresses.take();
    const sandbox: SandboxRecord = { id, attempt: settings.attempt, isReady: true, ip };
    const uid = pod.metadata.uid ?? '';
    const entry = this.entry(uid);
    entry.sandboxes = [sandbox, ...entry.sandboxes.slice(0, 1)];
    this.changed(uid);
    return sandbox;
  }

  /** Stops the network and the pause process of all sandboxes of a pod. */
  *stopSandboxes(podUid: string): Task {
    const pod = this.pods.get(podUid);
    if (pod === undefined || !pod.sandboxes.some(sandbox => sandbox.isReady)) return;
    yield draw(this.options.random, this.options.timings.stopSandbox);
    this.loseSandboxes(podUid);
  }

  /** The pause process of a pod has died. */
  loseSandboxes(podUid: string): void {
    const pod = this.pods.get(podUid);
    if (pod === undefined) return;
    for (const { isReady, ip } of pod.sandboxes) {
      if (isReady && ip !== '') this.options.addresses.giveBack(ip);
    }
    pod.sandboxes = pod.sandboxes.map(sandbox => ({ ...sandbox, isReady: false }));
    this.changed(podUid);
  }

  *createContainer(
    config: Omit<ContainerConfig, 'record'> & {
      readonly record: Omit<ContainerConfig['record'], 'id' | 'createdMs' | 'restartCount'>;
    },
  ): Task<RuntimeContainer> {
    const { clock, random, timings } = this.options;
    yield draw(random, timings.createContainer);
    const uid = config.pod.metadata.uid ?? '';
    const entry = this.entry(uid);
    const { name } = config.record;
    const restartCount = entry.created.get(name) ?? 0;
    entry.created.set(name, restartCount + 1);
    const made = { restartCount, id: this.id(), createdMs: clock.now() };
    const record = Object.assign({}, config.record, made);
    const container = this.containerOf({ ...config, record }, uid);
    entry.containers = [container, ...entry.containers];
    return container;
  }

  /** Takes over what ran, or had ended, before the simulation began. */
  adopt(
    pod: Pod,
    found: { readonly sandbox: SandboxRecord; readonly containers: readonly ContainerConfig[] },
  ): void {
    const { clock } = this.options;
    const uid = pod.metadata.uid ?? '';
    const entry = this.entry(uid);
    if (found.sandbox.isReady) this.options.addresses.reserve(found.sandbox.ip);
    entry.sandboxes = [found.sandbox];
    for (const config of found.containers) {
      const { name, restartCount, startedMs } = config.record;
      const container = this.containerOf(config, uid);
      entry.created.set(name, restartCount + 1);
      entry.containers = [container, ...entry.containers];
      if (config.record.state === 'running') container.goOn(startedMs, clock.now());
    }
    this.changed(uid);
  }

  private containerOf(config: ContainerConfig, uid: string): RuntimeContainer {
    const { clock, random, onLog } = this.options;
    const { id } = config.record;
    return new RuntimeContainer(config, clock, () => random.fork(`container/${id}`), {
      changed: () => this.changed(uid),
      logged: text => onLog?.({ containerID: `containerd://${id}`, timeMs: clock.now(), text }),
      used: () => this.listener?.used(),
      gpuUsed: (deviceId, share) => this.gpus.set(deviceId, share, clock.now()),
    });
  }

  /** Starts a container; returns why it could not be. */
  *startContainer(container: RuntimeContainer): Task<string | undefined> {
    const { random, timings } = this.options;
    yield draw(random, timings.startContainer);
    const error = container.config.workload.startError?.(container.config.command);
    if (error !== undefined) {
      const where = 'OCI runtime create failed: runc create failed';
      const what = 'unable to start container process: error during container init';
      const text = `failed to create containerd task: failed to create shim task: ${where}: ${what}: ${error}`;
      container.failToStart(text);
      return text;
    }
    container.start(draw(random, timings.launch));
    return undefined;
  }

  /** SIGTERM, the grace, SIGKILL. Returns when the container has ended. */
  *stopContainer(container: RuntimeContainer, graceMs: number): Task {
    const { clock, random, timings } = this.options;
    if (container.record.state !== 'running') return;
    container.terminate();
    if (!container.exited.isFired) {
      yield container.exited.waitAtMost(clock, graceMs, 'nodes/grace');
      container.kill();
    }
    yield draw(random, timings.reapContainer);
  }

  removeContainer(podUid: string, id: string): void {
    const pod = this.pods.get(podUid);
    if (pod === undefined) return;
    pod.removedCpu += this.container(podUid, id)?.cpuNanoCoreSeconds() ?? 0;
    pod.containers = pod.containers.filter(container => container.record.id !== id);
    this.changed(podUid);
  }

  /** Removes what is left of a pod. Its containers have stopped. */
  removePod(podUid: string): void {
    this.removedCpu += this.cpuNanoCoreSeconds(podUid);
    if (this.pods.delete(podUid)) this.changed(podUid);
  }

  private entry(podUid: string): RuntimePod {
    let entry = this.pods.get(podUid);
    if (entry === undefined) {
      entry = { sandboxes: [], containers: [], created: new Map(), removedCpu: 0 };
      this.pods.set(podUid, entry);
    }
    return entry;
  }

  private id(): string {
    const { random } = this.options;
    let word = random.integer(0x1_0000_0000);
    const step = random.integer(0x1_0000_0000);
    return hexText(8, () => (word = mixNumber(word, step)));
  }
}
