/** What a shell finds around it: the files, ports and processes of its container. */
import type { FileUser } from '../files/facts.js';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import type { ContainerFiles } from '../files/container-files.js';
import type { NetworkProtocol, NetworkReply, WorkloadNetwork } from '../workload.js';

/** A message of a command. */
export interface ShellMessage {
  readonly host: string;
  readonly port: number;
  readonly protocol?: NetworkProtocol;
  readonly payload: unknown;
  readonly timeoutMs: number;
}

/** How a program ends of which nothing is known. */
export interface StrangePrograms {
  readonly afterMs: number;
  readonly status: number;
}

/** The container as its commands see it. */
export interface ShellHost {
  nowMs(): number;
  readonly hostname: string;
  readonly files: ContainerFiles;
  readonly user: FileUser;
  /** Whether the kernel lets it change what is not its own. */
  readonly isPrivileged: boolean;
  readonly network: WorkloadNetwork;
  /** Of its pod. */
  readonly namespace: string;
  /** A request to the API server as the pod's account. */
  api(request: ApiRequest, done: (answer: ApiAnswer) => void): void;
  /** What becomes of programs that are not known. Default: they are not found. */
  readonly strange?: StrangePrograms;
  /** Sends a message and gives up after a while. */
  send(message: ShellMessage, done: (reply: NetworkReply) => void): void;
  /** Opens a port; `root` is the folder that an HTTP server serves. */
  listen(port: number, root: string): void;
  /** States how much memory the container uses, in bytes. */
  useMemory(bytes: number): void;
  /** The name of the container's first process, for pidof. */
  mainName(): string;
  /** Sends a signal to the container's first process. */
  signalMain(signal: string): void;
}
