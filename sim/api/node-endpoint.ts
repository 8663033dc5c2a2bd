/** What a kubelet serves to the API server's proxy: logs, exec, usage. */
import type { HttpResponse } from './http-message.js';
import type { AnswerStream } from './request.js';

/** A request for the log of a container. */
export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous?: boolean;
  readonly follow?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
}

/** What a container used up, as the summary API tells it: the last reading of its cgroup. */
export interface ContainerUsage {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly timeMs: number;
  readonly startedMs: number;
  readonly cpuNanoCores: number;
  /** All CPU that it used since it started: what averages are made from. */
  readonly cpuNanoCoreSeconds: number;
  readonly memoryBytes: number;
}

/** What a node's exporter reads of a GPU. */
export interface GpuReading {
  /** `GPU-...`, or of a MIG part. */
  readonly id: string;
  readonly resourceName: string;
  /** The GPU, by its index on the node, of which it is a part or a share. */
  readonly gpu?: number;
  readonly model?: string;
  readonly memoryMiB?: number;
  /** Of a share that has only its part of the memory: all of it. */
  readonly wholeMemoryMiB?: number;
  /** Of a MIG part: the GPU that it is cut from, and its number there. */
  readonly instance?: { readonly gpuId: string; readonly number: number };
  readonly isHealthy: boolean;
  /** The last Xid error that the driver reported of it. */
  readonly xid?: number;
  /** How busy it is now: 0 to 1. */
  readonly utilization: number;
  /** Seconds of full use since the node is there. */
  readonly busySeconds: number;
  /** Seconds since the node is there. */
  readonly upSeconds: number;
  /** The container that holds it, as the kubelet's pod-resources service tells. */
  readonly holder?: {
    readonly namespace: string;
    readonly pod: string;
    readonly container: string;
  };
}

/** A command that is to be run in a container. */
export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /** What it reads, as a whole. Default: nothing. */
  readonly stdin?: string;
}

/** What came of a command. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** It could not be started: `exec: "/nope": stat /nope: no such file or directory`. */
  readonly startError?: string;
}

/** The kubelet's own server, port 10250 of a node. */
export interface NodeEndpoint {
  /** The text, a stream when it is followed, or the kubelet's error. */
  log(
    request: LogRequest,
  ):
    | { readonly text: string }
    | { readonly stream: AnswerStream }
    | { readonly error: string; readonly code: number };
  /**
   * Runs a command in a container, if its workload knows how; `done` hears what came of it, at once when
   * it takes no time. Returns what kills the command.
   */
  exec(request: ExecRequest, done: (result: CommandResult) => void): () => void;
  /**
   * Runs a command while its input still comes, such as a shell; `write` gets what it writes, when it does. Undefined
   * for commands that are given their input as a whole.
   */
  converse?(
    request: ExecRequest,
    write: (text: string, to: 'stdout' | 'stderr') => void,
    done: (result: CommandResult) => void,
  ): { input(piece: string | undefined): void; stop(): void } | undefined;
  /**
   * Hands on what is typed to a container by who is attached to it; undefined: no more comes. Tells whether one stays
   * attached.
   */
  attachInput?(
    of: Omit<ExecRequest, 'command'>,
    piece: string | undefined,
  ): 'attached' | 'detached';
  /** The usage of the node itself now, and of every running container as last read. */
  usage(): {
    readonly timeMs: number;
    readonly cpuNanoCores: number;
    /** Of all its containers, since it was there. */
    readonly cpuNanoCoreSeconds: number;
    readonly memoryBytes: number;
    readonly containers: readonly ContainerUsage[];
  };
  /** The GPUs of the node now, in the order of their resources and indexes. */
  gpus(): readonly GpuReading[];
  /**
   * The page that whoever reaches the port by the network asks for: metrics. Undefined: the kubelet does
   * not run, and the connection is refused. Absent: there is no such port.
   */
  page?(payload: unknown): HttpResponse | undefined;
}

/** Finds the kubelet of a node by the node's name; undefined when nothing answers there. */
export type NodeEndpoints = (nodeName: string) => NodeEndpoint | undefined;
