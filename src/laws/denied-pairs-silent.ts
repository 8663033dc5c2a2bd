/** A pair of pods that policies deny carries no traffic. */
import { deepEqual } from '../../sim/api/equality.js';
import type { Namespace, Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { NetworkPolicy } from '../../sim/api/kinds/networking.js';
import { keyOf } from '../../sim/api/meta.js';
import type { MeshObject } from '../../sim/network/mesh/kinds.js';
import { parseAddress } from '../../sim/network/policy/address.js';
import { PolicyEvaluator } from '../../sim/network/policy/evaluator.js';
import { partyOf, type Party } from '../../sim/network/policy/party.js';
import { law, type Breach, type Change, type Judge, type Judged, type Outcome } from './law.js';
import { isDeniedByMesh, meshObjectsOf, meshPoliciesOf } from './mesh-pairs.js';
import { inOrder, measured, written } from './story.js';
import type { World } from './world.js';

type Connection = Extract<Outcome, { kind: 'connection' }>;

const defaults = {
  /** A network plug-in hears of pods, labels and policies late: what is younger is not judged. */
  lagMs: 10_000,
};

/**
 * Judged for new connections between pods, or from an address to a pod: one that the network policies of
 * that moment deny, or the sidecars of a mesh, must not be made. That the silence means something is shown
 * by a positive control: a connection that is allowed and was made.
 */
export const deniedPairsSilent = law({
  name: 'denied-pairs-silent',
  family: 'security',
  touches: ['Network and policies'],
  says: 'no connection is made that network policies or a mesh deny, while allowed ones are',
  source: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
  settings: defaults,
  begin: ({ lagMs }) => new Pairs(lagMs),
});

/** Who denies, or nobody. */
type Told = 'allow' | 'unknown' | 'network policies deny' | 'the mesh denies';

class Pairs implements Judge {
  readonly on = {
    'networkpolicies.networking.k8s.io': (change: Change<NetworkPolicy>) => this.policy(change),
    'peerauthentications.security.istio.io': (change: Change<KubeObject>) =>
      this.meshPolicy(change),
    'authorizationpolicies.security.istio.io': (change: Change<KubeObject>) =>
      this.meshPolicy(change),
    'requestauthentications.security.istio.io': (change: Change<KubeObject>) =>
      this.meshPolicy(change),
    namespaces: (change: Change<Namespace>) => this.namespace(change),
    pods: (change: Change<Pod>) => this.pod(change),
  };
  private evaluator: PolicyEvaluator | undefined;
  private meshObjects: readonly MeshObject[] | undefined;
  private policiesMs = -Infinity;
  private readonly changedMs = new Map<string, number>();
  private readonly breaches: Breach[] = [];
  private denied = 0;
  private hasControl = false;

  constructor(private readonly lagMs: number) {}

  outcome(outcome: Outcome, world: World): void {
    if (outcome.kind !== 'connection') return;
    const verdict = this.verdict(outcome, world);
    if (verdict === 'allow' && outcome.result === 'connected') this.hasControl = true;
    if (verdict === 'allow' || verdict === 'unknown') return;
    this.denied++;
    if (outcome.result === 'connected') this.tell(outcome, world, verdict);
  }

  end(): Judged {
    const { denied: looked, breaches } = this;
    if (looked === 0 || this.hasControl) return { looked, breaches };
    const inconclusive = 'no positive control: no allowed connection was made either';
    return { looked, breaches, inconclusive };
  }

  private policy({ timeMs }: Change<NetworkPolicy>): void {
    this.evaluator = undefined;
    this.policiesMs = timeMs;
  }

  private meshPolicy({ timeMs }: Change<KubeObject>): void {
    this.meshObjects = undefined;
    this.policiesMs = timeMs;
  }

  private namespace({ object, before, timeMs }: Change<Namespace>): void {
    if (deepEqual(object.metadata.labels, before?.metadata.labels)) return;
    this.evaluator = undefined;
    if (before !== undefined) this.policiesMs = timeMs;
  }

  private pod({ object, before, timeMs }: Change<Pod>): void {
    const isSame =
      before !== undefined &&
      object.metadata.labels === before.metadata.labels &&
      object.status?.podIP === before.status?.podIP;
    if (!isSame) this.changedMs.set(keyOf(object), timeMs);
  }

  private verdict(attempt: Connection, world: World): Told {
    const { from, to, port, protocol } = attempt;
    const oldEnoughMs = world.now() - this.lagMs;
    if (this.policiesMs > oldEnoughMs) return 'unknown';
    if ([from, to].some(key => (this.changedMs.get(key) ?? -Infinity) > oldEnoughMs))
      return 'unknown';
    const source = partyNamed(from, world);
    const target = partyNamed(to, world);
    if (source === undefined || target?.pod === undefined) return 'unknown';
    const [client, server] = [world.get('pods', from), world.get('pods', to)];
    if (isHostOf(client, server) || isHostOf(server, client)) return 'unknown';
    const verdict = this.evaluatorOf(world).verdict({ from: source, to: target, port, protocol });
    if (verdict !== 'allow') return 'network policies deny';
    if (server === undefined) return 'allow';
    const mesh = { objects: this.objectsOfMesh(world), nowMs: world.now() };
    const isDenied = isDeniedByMesh({ from: client, to: server, port, protocol }, mesh);
    return isDenied ? 'the mesh denies' : 'allow';
  }

  private objectsOfMesh(world: World): readonly MeshObject[] {
    return (this.meshObjects ??= meshObjectsOf(world));
  }

  private evaluatorOf(world: World): PolicyEvaluator {
    if (this.evaluator !== undefined) return this.evaluator;
    const policies = [...world.all('networkpolicies.networking.k8s.io')].map(policy => ({
      ...policy,
      kind: 'NetworkPolicy' as const,
    }));
    const namespaces = new Map(
      [...world.all('namespaces')].map(({ metadata }) => [
        metadata.name ?? '',
        metadata.labels ?? {},
      ]),
    );
    return (this.evaluator = new PolicyEvaluator({ policies, namespaces }));
  }

  private tell({ timeMs, from, to, port, protocol }: Connection, world: World, denial: Told): void {
    const pair = `${from} reached Pod ${to} at ${protocol} ${port}`;
    const namespaces = [from, to].map(key => key.split('/')[0] ?? '');
    const isByMesh = denial === 'the mesh denies';
    const ofMesh = isByMesh ? meshPoliciesOf(this.objectsOfMesh(world), namespaces) : [];
    const policies = [...world.entries('networkpolicies.networking.k8s.io')].filter(
      ({ object }) => !isByMesh && namespaces.includes(object.metadata.namespace ?? ''),
    );
    this.breaches.push({
      timeMs,
      what: `${pair}, which ${denial}`,
      objects: [
        from,
        `Pod ${to}`,
        ...policies.map(({ object }) => `NetworkPolicy ${keyOf(object)}`),
        ...ofMesh,
      ],
      evidence: inOrder([...policies.map(one => written(one)), measured(timeMs, pair)]),
    });
  }
}

/** Between a pod and the node it is on no policy stands: a pod on the node's network is seen as the node. */
function isHostOf(one: Pod | undefined, other: Pod | undefined): boolean {
  return one?.spec?.hostNetwork === true && one.spec.nodeName === other?.spec?.nodeName;
}

/** A pod by its key, or an address outside of the cluster. */
function partyNamed(name: string, world: World): Party | undefined {
  const pod = world.get('pods', name);
  if (pod !== undefined) return (pod.status?.podIP ?? '') === '' ? undefined : partyOf(pod);
  const address = parseAddress(name);
  return address === undefined ? undefined : { address };
}
