/** Plays kubelet towards device plug-ins, over the sockets of a folder. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  devicePluginService,
  registrationService,
  type ListedDevice,
} from '../../src/backends/emulation/device-plugin-api.js';
import { followGrpc, serveGrpc, type GrpcServer } from '../../src/backends/grpc/unix.js';

interface Registered {
  readonly version: string;
  readonly endpoint: string;
  readonly resourceName: string;
}

type List = { readonly devices: readonly ListedDevice[] };

/** The part of a kubelet that plug-ins see: a kubelet as its device manager behaves: it empties the folder when it starts, then takes registrations. */
export class PlayedKubelet {
  readonly registered: Registered[] = [];
  readonly lists: (readonly string[])[] = [];
  private server: GrpcServer | undefined;
  private readonly stop = new AbortController();

  constructor(
    private readonly folder: string,
    /** Hears what a resource's devices are, as the node's status would tell. */
    private readonly heard?: (resourceName: string, devices: readonly ListedDevice[]) => void,
  ) {}

  async start(): Promise<this> {
    for (const file of readdirSync(this.folder)) rmSync(join(this.folder, file));
    const methods = {
      register: (request: Registered) => {
        this.registered.push(request);
        void this.follow(request);
        return {};
      },
    };
    const service = { service: registrationService, methods };
    this.server = await serveGrpc(join(this.folder, 'kubelet.sock'), [service]);
    return this;
  }

  private async follow({ endpoint, resourceName }: Registered): Promise<void> {
    const path = join(this.folder, endpoint);
    const lists = followGrpc<List>(path, devicePluginService, 'listAndWatch', {}, this.stop.signal);
    try {
      for await (const { devices } of lists) {
        this.lists.push(devices.map(({ ID, health }) => `${ID} ${health}`));
        this.heard?.(resourceName, devices);
      }
      this.lists.push(['ended']);
    } catch {
      this.lists.push(['lost']);
    }
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.server?.close();
  }
}
