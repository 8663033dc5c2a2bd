/** A device plug-in for one resource of one node: lists devices to its kubelet, and gives them to containers. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, writeError } from '../../host.js';
import { Bell } from './bell.js';
import { callGrpc, serveGrpc, type GrpcServer } from '../grpc/unix.js';
import {
  deviceApiVersion,
  devicePluginService,
  registrationService,
  type AllocateRequest,
  type AllocateResponse,
  type ListedDevice,
} from './device-plugin-api.js';

/** What a plug-in offers, and where. */
export interface DevicePluginOptions {
  /** The kubelet's folder for device plug-ins as this machine sees it. */
  readonly folder: string;
  /** `nvidia.com/gpu`. */
  readonly resourceName: string;
  /** The ids of the devices; `<id>::<n>` are shares of one. */
  readonly devices: readonly string[];
  /** Opens the folder to this user where the kubelet, as root, has closed it. */
  readonly open?: () => Promise<void>;
  /** How often it looks whether the kubelet has started anew, in milliseconds. Default 500. */
  readonly pollMs?: number;
}

/**
 * The plug-in. A kubelet that starts anew deletes every socket in its folder: the plug-in sees that the
 * kubelet's own socket is another one, serves again and registers again, as NVIDIA's does.
 */
export class DevicePlugin {
  private readonly unhealthy = new Set<string>();
  private readonly changed = new Bell();
  private readonly stop = new AbortController();
  private readonly socket: string;
  private readonly kubelet: string;
  private server: GrpcServer | undefined;
  private registeredWith = '';
  private complaint = '';
  private readonly keeping: Promise<void>;

  constructor(private readonly options: DevicePluginOptions) {
    this.socket = join(options.folder, this.endpoint);
    this.kubelet = join(options.folder, 'kubelet.sock');
    this.keeping = this.keep();
  }

  /** Whether the kubelet that runs now knows it. */
  get isRegistered(): boolean {
    return this.registeredWith !== '' && this.registeredWith === markOf(this.kubelet);
  }

  /** A device falls ill, with all its shares, or is well again; the kubelet hears it at once. */
  setHealth(id: string, isHealthy: boolean): void {
    for (const device of this.options.devices) {
      if (device !== id && wholeOf(device) !== id) continue;
      if (isHealthy) this.unhealthy.delete(device);
      else this.unhealthy.add(device);
    }
    this.changed.ring();
  }

  /** Takes the socket away: the kubelet then tells that none of the devices can be given. */
  async close(): Promise<void> {
    this.stop.abort();
    this.changed.ring();
    await this.keeping;
    await this.server?.close();
  }

  private get endpoint(): string {
    return `seatrial-${this.options.resourceName.replace(/[^a-z0-9.]/gi, '-')}.sock`;
  }

  private async keep(): Promise<void> {
    while (!this.stop.signal.aborted) {
      const mark = markOf(this.kubelet);
      const isKnown = mark === this.registeredWith && existsSync(this.socket);
      if (mark !== '' && !isKnown) await this.register(mark);
      await sleep(this.options.pollMs ?? 500);
    }
  }

  private async register(mark: string): Promise<void> {
    try {
      await this.server?.close();
      this.server = await serveGrpc(this.socket, [
        { service: devicePluginService, methods: this.methods },
      ]);
      await callGrpc(this.kubelet, registrationService, 'register', {
        version: deviceApiVersion,
        endpoint: this.endpoint,
        resourceName: this.options.resourceName,
        options: {},
      });
      this.registeredWith = mark;
      this.complaint = '';
    } catch (error) {
      // The kubelet may just be starting: the next look tries again, and each complaint is told once.
      const { message } = error as Error;
      if (message.includes('EACCES')) await this.options.open?.();
      if (message !== this.complaint) writeError(`device plug-in ${this.endpoint}: ${message}\n`);
      this.complaint = message;
    }
  }

  private readonly methods = {
    getDevicePluginOptions: () => ({}),
    listAndWatch: (_request: never, context: { readonly signal: AbortSignal }) =>
      this.lists(context.signal),
    allocate: (request: AllocateRequest): AllocateResponse => ({
      containerResponses: request.containerRequests.map(({ devicesIds }) => ({
        envs: { NVIDIA_VISIBLE_DEVICES: [...new Set(devicesIds.map(wholeOf))].join(',') },
      })),
    }),
  };

  private async *lists(signal: AbortSignal): AsyncGenerator<{ devices: readonly ListedDevice[] }> {
    while (!signal.aborted && !this.stop.signal.aborted) {
      yield { devices: this.options.devices.map(id => this.listed(id)) };
      await this.changed.next(signal);
    }
  }

  private listed(id: string): ListedDevice {
    return { ID: id, health: this.unhealthy.has(id) ? 'Unhealthy' : 'Healthy' };
  }
}

/** Shares of a device are `<id>::<n>`. */
const wholeOf = (id: string): string => id.replace(/::\d+$/, '');

/** Tells one socket file from another of the same name; '' when there is none. */
function markOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? '' : `${stat.ino} ${stat.ctimeNs}`;
}
