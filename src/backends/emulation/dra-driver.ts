/** A DRA driver for one node: registers with the kubelet, publishes its slices, prepares claims. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../../sim/api/request.js';
import { realNowMs, writeError } from '../../host.js';
import { Bell } from './bell.js';
import { serveGrpc, type GrpcServer } from '../grpc/unix.js';
import {
  deviceHealth,
  draHealthService,
  draService,
  pluginRegistrationService,
  type NamedClaim,
  type PreparedClaims,
} from './dra-api.js';

/** What a driver offers, and where. */
export interface DraDriverOptions {
  /** `gpu.nvidia.com`. */
  readonly driver: string;
  readonly node: string;
  /** The kubelet's folders as this machine sees them. */
  readonly folders: { readonly plugins: string; readonly registry: string };
  /** The folder `plugins` as the kubelet sees it. Default `/var/lib/kubelet/plugins`. */
  readonly kubeletPlugins?: string;
  /** The ResourceSlices of the node. */
  readonly slices: readonly KubeObject[];
  /** Asks the API server as somebody who may write slices and read claims. */
  readonly ask: (request: ApiRequest) => Promise<ApiAnswer>;
}

interface Slice extends KubeObject {
  readonly spec: {
    readonly pool: { readonly name: string };
    readonly devices?: readonly { readonly name: string }[];
  };
}

interface Claim {
  readonly metadata: { readonly uid?: string };
  readonly status?: {
    readonly allocation?: {
      readonly devices?: {
        readonly results?: readonly {
          readonly driver: string;
          readonly pool: string;
          readonly device: string;
          readonly request: string;
        }[];
      };
    };
  };
}

const slicesPath = '/apis/resource.k8s.io/v1/resourceslices';

/**
 * The driver. Slices are published only once the kubelet has registered it, and again whenever it does: a
 * pod bound earlier fails and is retried minutes later, and a kubelet that starts deletes them all.
 */
export class DraDriver {
  /** The claims that are prepared, by uid. */
  readonly prepared = new Set<string>();
  private readonly servers: GrpcServer[] = [];
  private readonly stop = new AbortController();
  private readonly unhealthy = new Set<string>();
  private readonly changed = new Bell();
  private publishing: Promise<void> = Promise.resolve();
  private registrations = 0;

  private constructor(private readonly options: DraDriverOptions) {}

  /** Serves its sockets; the registry's comes last, since the kubelet calls as soon as it is there. */
  static async start(options: DraDriverOptions): Promise<DraDriver> {
    const driver = new DraDriver(options);
    const { folders, driver: name } = options;
    const folder = join(folders.plugins, name);
    mkdirSync(folder, { recursive: true });
    driver.servers.push(
      await serveGrpc(join(folder, 'dra.sock'), [
        { service: draService, methods: driver.methods },
        { service: draHealthService, methods: driver.health },
      ]),
      await serveGrpc(join(folders.registry, `${name}-reg.sock`), [
        { service: pluginRegistrationService, methods: driver.registration },
      ]),
    );
    return driver;
  }

  /** How often a kubelet has registered it. */
  get registrationCount(): number {
    return this.registrations;
  }

  /** Resolves when the slices that registrations asked for are published. */
  get published(): Promise<void> {
    return this.publishing;
  }

  /** A device falls ill, or is well again. */
  setHealth(device: string, isHealthy: boolean): void {
    if (isHealthy) this.unhealthy.delete(device);
    else this.unhealthy.add(device);
    this.changed.ring();
  }

  /** Takes sockets and slices away. */
  async close(): Promise<void> {
    this.stop.abort();
    this.changed.ring();
    for (const server of this.servers.toReversed()) await server.close();
    rmSync(join(this.options.folders.plugins, this.options.driver), {
      recursive: true,
      force: true,
    });
    await this.publishing;
    for (const { metadata } of this.options.slices) {
      await this.options.ask({ method: 'DELETE', path: `${slicesPath}/${metadata.name ?? ''}` });
    }
  }

  private readonly registration = {
    getInfo: () => ({
      type: 'DRAPlugin',
      name: this.options.driver,
      endpoint: `${this.options.kubeletPlugins ?? '/var/lib/kubelet/plugins'}/${this.options.driver}/dra.sock`,
      supportedVersions: ['v1.DRAPlugin', 'v1alpha1.DRAResourceHealth'],
    }),
    notifyRegistrationStatus: (status: {
      readonly pluginRegistered: boolean;
      readonly error: string;
    }) => {
      if (status.pluginRegistered) {
        this.registrations++;
        this.publishing = this.publishing.then(() => this.publish());
      } else {
        writeError(`DRA driver ${this.options.driver} on ${this.options.node}: ${status.error}\n`);
      }
      return {};
    },
  };

  private readonly methods = {
    nodePrepareResources: async ({ claims }: { readonly claims: readonly NamedClaim[] }) => {
      const entries: [string, PreparedClaims['claims'][string]][] = [];
      for (const claim of claims) entries.push([claim.uid, await this.prepare(claim)]);
      return { claims: Object.fromEntries(entries) };
    },
    nodeUnprepareResources: ({ claims }: { readonly claims: readonly NamedClaim[] }) => {
      for (const { uid } of claims) this.prepared.delete(uid);
      return { claims: Object.fromEntries(claims.map(({ uid }) => [uid, {}])) };
    },
  };

  private readonly health = {
    nodeWatchResources: (_request: never, context: { readonly signal: AbortSignal }) =>
      this.healths(context.signal),
  };

  private async prepare(named: NamedClaim): Promise<PreparedClaims['claims'][string]> {
    const path = `/apis/resource.k8s.io/v1/namespaces/${named.namespace}/resourceclaims/${named.name}`;
    const { status, body } = await this.options.ask({ method: 'GET', path });
    if (status !== 200)
      return { error: `claim ${named.namespace}/${named.name}: status ${status}` };
    const claim = body as Claim;
    if (claim.metadata.uid !== named.uid) return { error: 'the claim was replaced by another' };
    const results = claim.status?.allocation?.devices?.results ?? [];
    const devices = results
      .filter(result => result.driver === this.options.driver)
      .map(({ request, pool, device }) => ({
        requestNames: [request],
        poolName: pool,
        deviceName: device,
      }));
    if (devices.length === 0)
      return { error: 'no device of this driver is allocated to the claim' };
    this.prepared.add(named.uid);
    return { devices };
  }

  private async publish(): Promise<void> {
    for (const slice of this.options.slices) {
      const created = await this.options.ask({ method: 'POST', path: slicesPath, body: slice });
      if (created.status !== 409) {
        this.tell(created, slice);
        continue;
      }
      const path = `${slicesPath}/${slice.metadata.name ?? ''}`;
      const { body } = await this.options.ask({ method: 'GET', path });
      const { resourceVersion } = (body as KubeObject).metadata;
      const metadata = {
        ...slice.metadata,
        ...(resourceVersion !== undefined && { resourceVersion }),
      };
      const replaced = { ...slice, metadata };
      this.tell(await this.options.ask({ method: 'PUT', path, body: replaced }), slice);
    }
  }

  private tell({ status, body }: ApiAnswer, { metadata }: KubeObject): void {
    if (status < 300) return;
    const { message = '' } = body as { readonly message?: string };
    writeError(`ResourceSlice ${metadata.name ?? ''} was refused: ${status} ${message}\n`);
  }

  private async *healths(signal: AbortSignal): AsyncGenerator<{ devices: readonly object[] }> {
    while (!signal.aborted && !this.stop.signal.aborted) {
      yield { devices: this.devices().map(each => this.healthOf(each)) };
      await this.changed.next(signal);
    }
  }

  private devices(): readonly { readonly poolName: string; readonly deviceName: string }[] {
    return (this.options.slices as readonly Slice[]).flatMap(({ spec }) =>
      (spec.devices ?? []).map(({ name }) => ({ poolName: spec.pool.name, deviceName: name })),
    );
  }

  private healthOf(device: { readonly poolName: string; readonly deviceName: string }): object {
    const isIll = this.unhealthy.has(device.deviceName);
    return {
      device,
      health: isIll ? deviceHealth.unhealthy : deviceHealth.healthy,
      lastUpdatedTime: BigInt(Math.floor(realNowMs() / 1000)),
    };
  }
}
