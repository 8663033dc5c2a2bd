/**
 * The contract of a workload: what the program in a container does over time. The kubelet starts it,
 * signals it, probes it; the workload logs, uses resources, serves and exits. It never sees the
 * cluster but as a program in a pod would: environment, devices, volumes, network, its own account.
 */
import type { Container, Pod } from '../api/kinds/core.js';
import type { GpuReading } from '../api/node-endpoint.js';
import type { ApiAnswer, ApiRequest } from '../api/request.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import type { FileFacts, FileUser } from './files/facts.js';
import type { MemoryFiles } from './files/memory-files.js';

/** What a program is given when its container starts. */
export interface ContainerContext {
  readonly pod: Pod;
  readonly container: Container;
  /** With references to fields, config maps and secrets resolved. */
  readonly env: Readonly<Record<string, string>>;
  /** The command and arguments after expansion; empty: the image's own. */
  readonly command: readonly string[];
  /** Devices by resource name: `nvidia.com/gpu` -> [`GPU-...`]. */
  readonly devices: Readonly<Record<string, readonly string[]>>;
  /** How often the container was started before in this pod. */
  readonly restartCount: number;
  /** So long it ran before the simulation began, in milliseconds. Default 0. */
  readonly ageMs?: number;
  /** Timers of this clock die with the container. */
  readonly clock: Clock;
  readonly random: Random;
  /** Writes a line to stdout: it is in the pod's log. The last one may lack its end. */
  log(line: string, options?: { readonly isPartial: boolean }): void;
  /** Ends the program. Further calls have no effect. `reason` only for what the kernel does (OOMKilled). */
  exit(code: number, reason?: 'OOMKilled'): void;
  /** States what the program uses from now on; it is 0 until the first call. */
  use(usage: Usage): void;
  /** States how many bytes the program has written outside of volumes. */
  useStorage?(bytes: number): void;
  /** Writes the termination message (/dev/termination-log). */
  terminationMessage(text: string): void;
  /** The files of a mounted volume, by mount path; undefined when nothing is mounted there. */
  volume(mountPath: string): VolumeFiles | undefined;
  /** The object storage outside of the cluster, which all programs share: its keys are paths. Default: none. */
  readonly objects?: () => VolumeFiles;
  /** Who it runs as. Default root. */
  readonly user?: FileUser;
  /** The container's own layer, which all of its programs share. Default: a fresh one of its image. */
  readonly layer?: () => MemoryFiles;
  /** The files that the kernel makes of what it was told, by path: /sys/fs/cgroup/memory.max. Default: none. */
  kernelFiles?(): Readonly<Record<string, string>>;
  readonly network: WorkloadNetwork;
  /** What the driver tells of all GPUs of the node; only for workloads that read GPUs. */
  gpus?(): readonly GpuReading[];
  /** The machine that it runs on; only for workloads that read it. */
  node?(): NodeReading;
  /** Asks whoever of the pod has the port, as the kubelet would; undefined: nobody says that it has it. */
  beside?(request: ProbeRequest): ProbeResult | undefined;
  /** A request to the API server with the pod's service account token. */
  api(request: ApiRequest, done: (answer: ApiAnswer) => void): void;
}

/** What the kernel of a node tells of its machine. */
export interface NodeReading {
  readonly name: string;
  /** `6.8.0`, and `x86_64`. */
  readonly kernel: string;
  readonly machine: string;
  readonly bootMs: number;
  readonly cores: number;
  /** Used by all containers since the machine is there. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly usedBytes: number;
}

/** What a program uses up at the moment. */
export interface Usage {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** By device id, 0 to 1. */
  readonly gpuUtilization?: Readonly<Record<string, number>>;
}

/** A program that runs. All members are optional: a plain one just runs. */
export interface Program {
  /**
   * The image's stop signal came, SIGTERM as a rule; the default is that the program exits with 143
   * at once. SIGKILL is not told.
   */
  terminate?(signal: string): void;
  /** Answers an HTTP, TCP, gRPC or exec probe or hook; default: success. */
  probe?(request: ProbeRequest): ProbeResult;
  /** A device of the container failed while it ran: its next use ends in an error. */
  deviceLost?(deviceId: string, xid: number): void;
  /**
   * The container has ended, however that came about, and nothing of the program runs any more: for
   * what was told of it outside of the cluster's objects, such as its place in the traffic.
   */
  ended?(): void;
  /** Runs a command beside the program. Exec probes and hooks come here when it is there, else to `probe`. */
  exec?(command: readonly string[], stdin?: string): ExecResult;
  /**
   * The same for commands that take their time: `done` is called once, at once for those that take none.
   * What is returned kills the command. It comes before `exec`.
   */
  run?(command: readonly string[], stdin: string, done: (result: ExecResult) => void): () => void;
  /** Those who attach to the container type this; undefined: its input has ended. Default: nobody reads it. */
  input?(piece: string | undefined): void;
  /**
   * The same for a command that runs while its input still comes, such as a shell: `write` gets what it writes, when it
   * does. Undefined for commands that are given their input as a whole.
   */
  converse?(
    command: readonly string[],
    write: (text: string, to: 'stdout' | 'stderr') => void,
    done: (result: ExecResult) => void,
  ): Conversation | undefined;
}

/** A command that runs while its input comes. */
export interface Conversation {
  /** More of its input; undefined: that has ended. */
  input(piece: string | undefined): void;
  stop(): void;
}

/** What came of a command in a container. */
export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** How long it ran. Default 1. */
  readonly afterMs?: number;
  /** It could not be started: `exec: "/nope": stat /nope: no such file or directory`. */
  readonly startError?: string;
}

/** What the kubelet asks of a program. */
export type ProbeRequest =
  | {
      readonly kind: 'http';
      readonly path: string;
      readonly port: number;
      readonly scheme: string;
    }
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'grpc'; readonly port: number; readonly service: string }
  | { readonly kind: 'exec'; readonly command: readonly string[] };

/** What came of a probe, and after how long. */
export interface ProbeResult {
  readonly isSuccess: boolean;
  /** `HTTP probe failed with statuscode: 503` and the like. */
  readonly message?: string;
  /** Default 1. More than the probe's time-out is a time-out. */
  readonly afterMs?: number;
  /** Nothing listens on the port: the prober words the message. */
  readonly isRefused?: boolean;
  /** The program answers so as long as it runs: it need not be asked again. Default false. */
  readonly isForGood?: boolean;
}

/** The files of a volume: shared by all that mount it, gone when it goes. The volume itself is ''. */
export interface VolumeFiles {
  /** The kernel's name of its file system: `tmpfs`, `ext4`. */
  readonly fsType: string;
  /** No container may write to it: config maps, secrets, the downward API. */
  readonly isReadOnly: boolean;
  read(path: string): string | undefined;
  /** `facts` are those of a file that is new. Default: a file of root's that all may read. */
  write(path: string, content: string, facts?: FileFacts): void;
  remove(path: string): void;
  /** Paths of files in order. */
  list(): readonly string[];
  /** Folders that were made, in order. */
  folders(): readonly string[];
  stat(path: string): FileFacts | undefined;
  /** Changes mode or owner; a folder that is not there is made. */
  change(path: string, facts: FileFacts): void;
}

/** How messages travel. */
export type NetworkProtocol = 'TCP' | 'UDP' | 'SCTP';

/** What is asked of a name server. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'SRV';
  /** Whether the search list of the resolver applies, as for programs; tools ask for the name as it is. */
  readonly isSearched: boolean;
}

/** One answer of a name server. */
export interface DnsRecord {
  /** With the last dot. */
  readonly name: string;
  readonly type: DnsQuestion['type'];
  /** As zone files write it: an address, a name with its last dot, `0 100 80 name.`. */
  readonly data: string;
}

/** The network as a program in a pod has it. */
export interface WorkloadNetwork {
  /** Takes messages on a port until the container ends. Default: of TCP. */
  listen(port: number, handle: (message: NetworkMessage) => void, protocol?: NetworkProtocol): void;
  /**
   * Sends to a host (a pod IP, a cluster IP, or a DNS name as the pod's resolv.conf searches it).
   * `done` gets the reply, or the error that a program would see.
   */
  send(
    to: {
      readonly host: string;
      readonly port: number;
      /** Default TCP. */
      readonly protocol?: NetworkProtocol;
    },
    payload: unknown,
    done: (reply: NetworkReply) => void,
  ): void;
  /** The addresses that DNS answers; empty: NXDOMAIN. */
  resolve(host: string): readonly string[];
  /**
   * Takes what it accepts of what comes by TCP to ports that nobody listens on: for programs of which
   * nothing is known. Undefined where that cannot be.
   */
  listenAll?(
    accepts: (port: number, payload: unknown) => boolean,
    handle: (message: NetworkMessage) => void,
  ): void;
  /** Whether the name is of a host outside of the cluster, or of one that stands in for what is not there. */
  isElsewhere?(host: string): boolean;
  /** The records that DNS answers to a question of any type; absent where there is no DNS. */
  query?(question: DnsQuestion): readonly DnsRecord[];
  /**
   * The files that tell of it, by path: /etc/hostname, /etc/hosts, /etc/resolv.conf. Absent outside
   * of pods.
   */
  files?(): Readonly<Record<string, string>>;
  /** Who hears that another program of the address has a port already: the kubelet's runtime, not programs. */
  whenTaken?(act: (port: number) => void): void;
  /** The container has ended: what it listened on is closed. The kubelet calls it, programs do not. */
  close?(): void;
}

/** A message that reached a listening program. */
export interface NetworkMessage {
  readonly from: string;
  readonly payload: unknown;
  reply(payload: unknown): void;
}

/** What came of a message. */
export type NetworkReply =
  | { readonly isOk: true; readonly payload: unknown }
  | {
      readonly isOk: false;
      readonly error: 'unknown host' | 'connection refused' | 'timeout' | 'connection reset';
    };

/** A kind of program. One to a file in this folder or handed to the cluster at boot. */
export interface Workload {
  /** What a scenario or the label `seatrial.dev/workload` calls it. */
  readonly name: string;
  start(context: ContainerContext): Program;
  /** It reads the driver of the node's GPUs, as NVIDIA's own programs do. Default false. */
  readonly readsGpus?: boolean;
  /** Whether it reads the machine that it runs on. Default false. */
  readonly readsNode?: boolean;
  /** Why a container with this command cannot start at all: `exec: "/nope": stat /nope: no such file or directory`. */
  startError?(command: readonly string[]): string | undefined;
}

/** Which containers a workload plays. The first rule that matches counts. */
export interface WorkloadRule {
  readonly workload: Workload;
  /** The image without its tag and digest, `*` for any run of characters. */
  readonly image?: string;
  /** The container's name. */
  readonly container?: string;
  /** Labels of the pod. */
  readonly labels?: Readonly<Record<string, string>>;
}
