/** What a shell finds around it: the files, ports and processes of its container. */
import type { ContainerFiles } from '../files/container-files.js';

/** The container as its commands see it. */
export interface ShellHost {
  nowMs(): number;
  readonly hostname: string;
  readonly files: ContainerFiles;
  /** Opens a port; `root` is the folder that an HTTP server serves. */
  listen(port: number, root: string): void;
  /** States how much memory the container uses, in bytes. */
  useMemory(bytes: number): void;
  /** The name of the container's first process, for pidof. */
  mainName(): string;
  /** Sends a signal to the container's first process. */
  signalMain(signal: string): void;
}
