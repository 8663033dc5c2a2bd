/** A k3s server in a container, by testcontainers, which users install themselves; our kubelets play its workers. */
import type { KubeConfig } from '@kubernetes/client-node';
import { parseKindConfig, readKindConfig } from '../gpu/kind-config.js';
import { nodeShapes } from '../gpu/node-shapes.js';
import { freshSeed, writeError } from '../host.js';
import { durationMs } from '../input/duration.js';
import { exitCodes, UserError } from '../input/errors.js';
import { fitOut, type Fitted, type Needs } from './fit-out.js';
import { connectCluster, type RealCluster, type RealClusterOptions } from './kubeconfig.js';
import { keepFree, untilClusterReady } from './ready.js';
import type { OpenedCluster, RealBackend } from './real-backend.js';

/** What a k3s cluster is made from; everything has a default. */
export interface K3sOptions extends Pick<
  RealClusterOptions,
  'endMs' | 'isRecorded' | 'namespaces'
> {
  /** Default: the k3s of the Kubernetes that seatrial models. */
  readonly image?: string;
  /** A kind configuration file: its workers are played by our kubelets, GPUs included. Default: none. */
  readonly config?: string;
  /** What of ours runs against it; its workers go before those of `config`. */
  readonly needs?: Needs;
  /** How long it may take until it is ready, as milliseconds or a Go duration. Default 5m. */
  readonly timeout?: number | string;
  /** Where the container comes from. Default: testcontainers, loaded when it is needed. */
  readonly load?: () => Promise<K3sModule>;
}

/** What of @testcontainers/k3s is used. */
export interface K3sModule {
  readonly K3sContainer: new (image: string) => {
    start(): Promise<StartedK3s>;
  };
}

/** A container that runs. */
export interface StartedK3s {
  getKubeConfig(): string;
  stop(): Promise<unknown>;
}

const defaultImage = 'rancher/k3s:v1.36.2-k3s1';

/**
 * Starts k3s and waits until it can take work. Disposing of it removes the container.
 *
 * @throws UserError when testcontainers or docker is missing, or it does not get ready.
 */
export async function k3s(options: K3sOptions = {}): Promise<OpenedCluster> {
  const image = options.image ?? defaultImage;
  const container = await started(image, options.load ?? loadTestcontainers);
  const held: { fitted?: Fitted } = {};
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> =>
    (ending ??= (async () => {
      held.fitted?.close();
      await container.stop();
    })());
  try {
    const cluster = await connectCluster({
      backend: 'k3s',
      config: await configOf(container.getKubeConfig()),
      dispose: end,
      failure: () => held.fitted?.failure(),
      inject: fault => {
        held.fitted?.inject(fault);
        return held.fitted !== undefined;
      },
      ...(options.endMs !== undefined && { endMs: options.endMs }),
      ...(options.namespaces !== undefined && { namespaces: options.namespaces }),
      ...(options.isRecorded !== undefined && { isRecorded: options.isRecorded }),
    });
    return await fittedOut(cluster, options, held);
  } catch (error) {
    await end();
    throw error;
  }
}

/** The backend; its argument is an image. */
export const k3sBackend: RealBackend = {
  name: 'k3s',
  about: 'k3s in a container, by testcontainers',
  async lookForPrograms() {
    await loadTestcontainers();
  },
  open({ needs, flags, argument, endMs, namespaces, tell }) {
    if (flags.gpus !== undefined && flags.gpus !== 'kubelets') {
      throw new UserError(`k3s has one real node: its GPUs cannot come by ${flags.gpus}`, {
        exitCode: exitCodes.usage,
        code: 'way-not-possible',
        next: 'leave --gpus away, so that our kubelets play the nodes, or run on kind',
      });
    }
    tell('GPUs by kubelets: k3s has one real node');
    const image = flags.image ?? argument;
    return k3s({
      needs,
      ...(image !== undefined && { image }),
      ...(endMs !== undefined && { endMs }),
      ...(namespaces !== undefined && { namespaces }),
    });
  },
};

async function fittedOut(
  cluster: RealCluster,
  options: K3sOptions,
  held: { fitted?: Fitted },
): Promise<OpenedCluster> {
  try {
    await ready(cluster, durationMs(options.timeout ?? '5m'));
    const needs = options.needs ?? ownNeeds(options.config);
    const played = needs.nodes.filter(({ isControlPlane }) => !isControlPlane);
    if (played.length > 0) await keepFree(cluster, await nodesOf(cluster));
    held.fitted = await fitOut(cluster, {
      // k3s brings a provisioner of volumes and a StorageClass of its own.
      needs: { ...needs, nodes: played, hasStorageClass: false },
      hasNodes: true,
      hasOwnScheduler: true,
      tell: line => writeError(`${line}\n`),
    });
    return Object.assign(cluster, { fitted: held.fitted, thin: held.fitted.thin });
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

/** k3s names its node after its container: whatever is registered must be ready, and one must be. */
async function ready(cluster: RealCluster, withinMs: number): Promise<void> {
  await cluster.until(async () => (await nodesOf(cluster)).length > 0, { within: withinMs });
  await untilClusterReady({
    get: path => cluster.request({ method: 'GET', path }),
    nodes: await nodesOf(cluster),
    withinMs,
  });
}

async function nodesOf(cluster: RealCluster): Promise<readonly string[]> {
  const { body } = await cluster.request({ method: 'GET', path: '/api/v1/nodes' });
  const { items = [] } = body as {
    readonly items?: readonly { readonly metadata: { readonly name: string } }[];
  };
  return items.map(({ metadata }) => metadata.name);
}

const noWorkers =
  'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: [{ role: control-plane }]\n';

function ownNeeds(file: string | undefined): Needs {
  const seed = freshSeed();
  const config = file === undefined ? parseKindConfig(noWorkers, 'k3s') : readKindConfig(file);
  return { seed, nodes: nodeShapes(config, seed), operators: [], workloads: [] };
}

async function started(image: string, load: () => Promise<K3sModule>): Promise<StartedK3s> {
  const { K3sContainer } = await load();
  try {
    return await new K3sContainer(image).start();
  } catch (error) {
    const { message } = error as Error;
    const isWithoutDocker = /container runtime strategy|docker\.sock|ECONNREFUSED/i.test(message);
    throw new UserError(
      isWithoutDocker
        ? 'k3s needs docker, which does not answer'
        : `k3s does not start: ${message}`,
      {
        exitCode: exitCodes.backend,
        code: isWithoutDocker ? 'docker-down' : 'k3s-failed',
        next: isWithoutDocker
          ? 'start it, or set DOCKER_HOST; without any: --backend sim or control-plane'
          : 'it needs a privileged container on Linux, and fails in rootless docker: try kind',
      },
    );
  }
}

/** An optional peer of the package: the name is no literal, since it need not be there. */
async function loadTestcontainers(): Promise<K3sModule> {
  const name: string = '@testcontainers/k3s';
  try {
    return (await import(name)) as K3sModule;
  } catch (error) {
    const { message } = error as Error;
    // Loaders word it in their own ways; of a package that is there they name what it lacks.
    const isMissing =
      /(?:cannot find|could not resolve|failed to load).*@testcontainers\/k3s/i.test(message);
    const what = isMissing ? 'is not installed' : `cannot be loaded: ${message}`;
    throw new UserError(`the backend k3s needs @testcontainers/k3s, which ${what}`, {
      exitCode: exitCodes.usage,
      code: 'no-testcontainers',
      next: 'npm install --save-dev @testcontainers/k3s (11.14 is the last for Node 20)',
    });
  }
}

async function configOf(text: string): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromString(text);
  return config;
}
