/** The folders of the nodes' kubelets on this machine: kind mounts them, plug-ins put their sockets there. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeError } from '../../host.js';
import type { KubeletFolders } from '../emulation/emulate.js';
import { scratchFolder, type ScratchFolder } from '../scratch-folder.js';
import type { NodeMount } from './configuration.js';
import { runCommand } from './run-command.js';
import type { ContainerEngine } from './tool.js';

/** Short, since the path of a socket has room for 107 bytes. */
const names = { devicePlugins: 'd', plugins: 'p', registry: 'r' } as const;

const inNode = {
  devicePlugins: '/var/lib/kubelet/device-plugins',
  plugins: '/var/lib/kubelet/plugins',
  registry: '/var/lib/kubelet/plugins_registry',
} as const;

/** Folders for each node of a cluster. */
export class NodeFolders {
  private readonly scratch: ScratchFolder = scratchFolder('k');

  constructor(private readonly engine: ContainerEngine) {}

  /** The folders of a node, by its index in the configuration. */
  of(index: number): KubeletFolders {
    const folder = (name: string): string => this.scratch.file(join(String(index), name));
    return {
      devicePlugins: folder(names.devicePlugins),
      plugins: folder(names.plugins),
      registry: folder(names.registry),
    };
  }

  /** What kind is to mount; the folders are made here, or docker would make them as root. */
  mounts(index: number): readonly NodeMount[] {
    const folders = this.of(index);
    for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
    return [
      { hostPath: folders.devicePlugins, containerPath: inNode.devicePlugins },
      { hostPath: folders.plugins, containerPath: inNode.plugins },
      { hostPath: folders.registry, containerPath: inNode.registry },
    ];
  }

  /** A kubelet runs as root and keeps its sockets to itself: they are opened to this user. */
  async open(node: string): Promise<void> {
    await this.inside(node, `chmod -R a+rwX ${Object.values(inNode).join(' ')}`);
  }

  /** Empties the folders from within, where the files are root's, before the nodes go. */
  async empty(nodes: readonly string[]): Promise<void> {
    const all = Object.values(inNode).map(folder => `${folder}/*`);
    for (const node of nodes) await this.inside(node, `rm -rf ${all.join(' ')}`);
  }

  remove(): void {
    this.scratch.remove();
  }

  private async inside(node: string, command: string): Promise<void> {
    const words = ['exec', '--privileged', node, 'sh', '-c', command];
    const { code, stderr } = await runCommand(this.engine, words);
    if (code !== 0) writeError(`${node}: ${stderr.trim()}\n`);
  }
}
