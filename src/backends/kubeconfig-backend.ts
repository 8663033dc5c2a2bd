/** The backend `kubeconfig[:context]`: a cluster that is there already, in namespaces of the run's own. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';
import type { Cluster } from '../cluster.js';
import { freshSeed } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { applyObject } from './apply.js';
import { fitOut, withoutItsScheduler, withoutNodeGroups, type Fitted } from './fit-out.js';
import { connectCluster, type RealCluster } from './kubeconfig.js';
import { readConfig } from './user-config.js';
import { cleanUp, type LeftBehind } from './own/clean-up.js';
import { OwnCluster, type Made } from './own/own-cluster.js';
import { OwnNamespaces } from './own/own-namespaces.js';
import { RestMapper } from './rest-mapper.js';
import { OpeningStop } from './opening-stop.js';
import type { OpenedCluster, OpenRequest, RealBackend } from './real-backend.js';

/** The backend. */
export const kubeconfigBackend: RealBackend = {
  name: 'kubeconfig',
  about: 'a cluster of your kubeconfig, in namespaces of its own (kubeconfig:CONTEXT)',
  open,
};

const production = /(^|[^a-z])(prod|production|prd|live)([^a-z]|$)/i;

async function open(request: OpenRequest): Promise<OpenedCluster> {
  const { flags, argument, tell } = request;
  const config = await readConfig(flags.kubeconfig, argument);
  refuseProduction(config, flags.allowContext);
  const prefix = flags.namespacePrefix ?? `seatrial-${freshSeed().toString(36)}-`;
  const namespaces = new OwnNamespaces(prefix, request.namespaces ?? ['default']);
  const isOwnCluster = flags.isOwnCluster === true;
  const { recorded } = request;
  const held: Held = { opening: new OpeningStop('preparing the cluster') };
  const cluster = await connectCluster({
    backend: 'kubeconfig',
    config,
    namespaces: [...namespaces.names].map(name => namespaces.outName(name)),
    ...(recorded !== undefined && { isRecorded: ({ name }) => recorded.includes(name) }),
    ...(request.endMs !== undefined && { endMs: request.endMs }),
    failure: () => held.opening?.failure() ?? held.fitted?.failure(),
    inject: fault => {
      held.fitted?.inject(fault);
      return held.fitted !== undefined;
    },
    // In the end there is no hurry: what was made goes, whatever time was given to the run.
    dispose: () => held.fitted?.close(),
  }).catch((error: unknown) => {
    held.opening?.end();
    throw error;
  });
  const own = new OwnCluster(cluster, {
    namespaces,
    isOwnCluster,
    run: prefix.replace(/-$/, ''),
  });
  const opened = asOpened(cluster, own, { held, tell, needs: request.needs });
  try {
    await makeNamespaces(own, namespaces, flags.namespacePrefix !== undefined);
    await rehearse(own, request.objects ?? []);
    if (isOwnCluster) held.fitted = await fitOwn(cluster, own, request);
    const why = held.opening?.failure();
    if (why !== undefined) throw why;
    held.opening?.end();
    return opened;
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

interface Held {
  readonly opening?: OpeningStop;
  fitted?: Fitted;
}

const usersNodes = "nodes and operators are the cluster's own: what its kubelets do is not ours";

function asOpened(
  cluster: RealCluster,
  own: OwnCluster,
  { held, tell, needs }: { readonly held: Held } & Pick<OpenRequest, 'tell' | 'needs'>,
): OpenedCluster {
  return {
    backend: cluster.backend,
    now: () => cluster.now(),
    request: (request, as) => own.request(request, as),
    apply: objects => own.apply(objects),
    advance: duration => cluster.advance(duration),
    until: (condition, options) => cluster.until(condition, options),
    history: after => own.history(after),
    inject: fault => cluster.inject(fault),
    kubeconfig: () => cluster.kubeconfig(),
    client: () => cluster.client(),
    get gaps() {
      return cluster.gaps;
    },
    get unrecorded() {
      return cluster.unrecorded;
    },
    get isTimeOver() {
      return cluster.isTimeOver;
    },
    get fitted() {
      return held.fitted;
    },
    get thin() {
      return (
        held.fitted?.thin ?? [
          usersNodes,
          ...withoutItsScheduler(needs),
          ...withoutNodeGroups(needs),
        ]
      );
    },
    async [Symbol.asyncDispose]() {
      held.opening?.end();
      // What is in the namespaces goes with the help of our operators and kubelets: they end after it.
      const inside = await cleanUp(cluster, own.made.filter(isNamespace));
      await held.fitted?.webhooks?.close({ isClusterGone: false });
      held.fitted?.close();
      const outside = await cleanUp(
        cluster,
        own.made.filter(each => !isNamespace(each)),
      );
      for (const line of leftLines([...inside, ...outside])) tell(line);
      await cluster[Symbol.asyncDispose]();
    },
  } as OpenedCluster;
}

function isNamespace({ path }: Made): boolean {
  return /^\/api\/v1\/namespaces\/[^/]+$/.test(path);
}

/** What a person has to remove, as commands. */
function leftLines(left: readonly LeftBehind[]): string[] {
  return left.map(({ title, why }) => `left behind: ${title}: ${why}; kubectl delete ${title}`);
}

/** A slip of the context must not reach what earns money. */
function refuseProduction(config: KubeConfig, allowed: string | undefined): void {
  const context = config.getCurrentContext();
  if (allowed === context) return;
  const { name = '', server = '' } = config.getCurrentCluster() ?? {};
  const user = config.getCurrentUser()?.name ?? '';
  const suspicious = [context, name, server, user].find(word => production.test(word));
  if (suspicious === undefined) return;
  throw new UserError(`the context ${context} looks like production (${suspicious})`, {
    exitCode: exitCodes.usage,
    code: 'looks-like-production',
    next: `if it is meant: --allow-context ${context}`,
  });
}

/** Those that an administrator made for a fixed prefix are used, and stay. */
async function makeNamespaces(
  own: OwnCluster,
  namespaces: OwnNamespaces,
  mayBeThere: boolean,
): Promise<void> {
  for (const name of namespaces.names) {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    const answer = await own.request({ method: 'POST', path: '/api/v1/namespaces', body });
    if (answer.status === 201) continue;
    const isUsable = mayBeThere && (answer.status === 409 || answer.status === 403);
    if (!isUsable) throw cannotUse(namespaces.outName(name), answer);
  }
}

function cannotUse(name: string, { status, body }: ApiAnswer): UserError {
  const message = (body as { readonly message?: string } | undefined)?.message ?? String(status);
  return new UserError(`the namespace ${name} cannot be made: ${message}`, {
    exitCode: exitCodes.backend,
    code: 'no-namespace',
    next: 'grant what `seatrial rbac SCENARIO` prints, or have it made and give --namespace-prefix',
  });
}

/** Everything is tried with dryRun first, so that nothing is half there when something is refused. */
async function rehearse(own: OwnCluster, objects: readonly KubeObject[]): Promise<void> {
  const send = (request: ApiRequest): Promise<ApiAnswer> => {
    if (request.method === 'GET') return own.request(request);
    const sign = request.path.includes('?') ? '&' : '?';
    return own.request({ ...request, path: `${request.path}${sign}dryRun=All` });
  };
  const mapper = new RestMapper(send);
  for (const object of objects) {
    const { status, message } = await applyObject(object, send, mapper);
    // What depends on what is not there yet cannot be rehearsed.
    if (message === undefined || status === 404) continue;
    const what = `${object.kind ?? ''} ${object.metadata.name ?? ''}`;
    throw new UserError(`the cluster would not take ${what}: ${message}`, {
      exitCode: exitCodes.backend,
      code: 'refused-in-rehearsal',
      next: 'nothing was changed; see what the context may do: seatrial rbac SCENARIO',
    });
  }
}

/** On a cluster of the user's own, what it lacks is attached, and taken away in the end. */
async function fitOwn(
  cluster: RealCluster,
  own: OwnCluster,
  { needs, tell, flags: { hostAddress } }: OpenRequest,
): Promise<Fitted> {
  const { body } = await cluster.request({ method: 'GET', path: '/api/v1/nodes' });
  const nodes = (body as { readonly items?: readonly unknown[] | null }).items ?? [];
  const hasNodes = nodes.length === 0;
  // The installations of operators have namespaces of their own, under their own names.
  const whole = new OwnCluster(cluster, {
    namespaces: new OwnNamespaces('', []),
    run: own.run,
    isOwnCluster: true,
  });
  const view: Cluster = {
    ...asOpened(cluster, whole, { held: {}, tell, needs }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  try {
    const fitted = await fitOut(view, {
      needs,
      tell,
      hasNodes,
      hostAddress,
      hasOwnScheduler: true,
    });
    return fitted;
  } finally {
    own.made.push(...whole.made);
    for (const { name } of hasNodes ? needs.nodes : []) {
      own.made.push({ path: `/api/v1/nodes/${name}`, title: `node/${name}` });
    }
  }
}
