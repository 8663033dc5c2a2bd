/** What the network plug-in knows at one moment of the policies, and of those who are to keep to them. */
import type { Namespace, Pod } from '../api/kinds/core.js';
import type { NetworkPolicy } from '../api/kinds/networking.js';
import { deepEqual } from '../api/equality.js';
import { keyOf } from '../api/meta.js';
import type { Labels } from '../api/selectors.js';
import type { Change } from '../client/contract.js';
import { PolicyEvaluator } from './policy/evaluator.js';
import type { Policy } from './policy/kinds.js';
import { policyPod, type PolicyPod } from './policy/party.js';

/** Policies, namespaces and pods, as their changes came in. */
export class PolicyState {
  /** Another one as soon as anything changes that a verdict could depend on. */
  version = 0;
  private readonly policies = new Map<string, Policy>();
  private readonly namespaces = new Map<string, Labels>();
  private readonly pods = new Map<string, { readonly pod: PolicyPod; readonly ips: Ips }>();
  private readonly podsByIp = new Map<string, PolicyPod>();
  private made: { readonly version: number; readonly evaluator: PolicyEvaluator } | undefined;
  /** Counts what the policies themselves depend on: they and the labels of namespaces. */
  private policyVersion = 0;

  /** Judges; undefined as long as there is no policy, when nothing is ever denied. */
  get evaluator(): PolicyEvaluator | undefined {
    if (this.policies.size === 0) return undefined;
    if (this.made?.version !== this.policyVersion) {
      const policies = [...this.policies.values()];
      const evaluator = new PolicyEvaluator({ policies, namespaces: this.namespaces });
      this.made = { version: this.policyVersion, evaluator };
    }
    return this.made.evaluator;
  }

  /** The pod that has the address; undefined for the addresses of nodes, though pods use those too. */
  podAt(ip: string): PolicyPod | undefined {
    return this.podsByIp.get(ip);
  }

  /** Takes a change in. */
  onPolicy({ type, object }: Change<NetworkPolicy>): void {
    const key = keyOf(object);
    if (type === 'deleted') this.policies.delete(key);
    else {
      const known = this.policies.get(key);
      if (known !== undefined && deepEqual(known.spec, object.spec)) return;
      this.policies.set(key, { ...object, kind: 'NetworkPolicy' });
    }
    this.policiesChanged();
  }

  /** Takes a change in. */
  onNamespace({ type, object }: Change<Namespace>): void {
    const { name = '', labels = {} } = object.metadata;
    if (type === 'deleted') this.namespaces.delete(name);
    else {
      if (deepEqual(this.namespaces.get(name), labels)) return;
      this.namespaces.set(name, labels);
    }
    this.policiesChanged();
  }

  /** Takes a change in. */
  onPod(change: Change<Pod>): void {
    const { type, object } = change;
    if (type === 'updated' && isTheSame(change.old, object)) return;
    const key = keyOf(object);
    const known = this.pods.get(key);
    const ips = type === 'deleted' ? [] : addressesOf(object);
    if (ips.length === 0) {
      if (known !== undefined) this.forget(key);
      return;
    }
    const pod = policyPod(object);
    if (known !== undefined && deepEqual(known, { pod, ips })) return;
    this.forget(key);
    this.pods.set(key, { pod, ips });
    for (const ip of ips) this.podsByIp.set(ip, pod);
    this.version++;
  }

  private policiesChanged(): void {
    this.policyVersion++;
    this.version++;
  }

  private forget(key: string): void {
    const known = this.pods.get(key);
    if (known === undefined) return;
    this.pods.delete(key);
    for (const ip of known.ips) {
      // Another pod may have got the address before this one's end was heard of.
      if (this.podsByIp.get(ip) === known.pod) this.podsByIp.delete(ip);
    }
    this.version++;
  }
}

/** Whether two versions of a pod share all that is looked at: most are news of its containers alone. */
function isTheSame(old: Pod, pod: Pod): boolean {
  return (
    old.metadata.uid === pod.metadata.uid &&
    old.metadata.labels === pod.metadata.labels &&
    old.spec === pod.spec &&
    old.status?.phase === pod.status?.phase &&
    old.status?.podIP === pod.status?.podIP &&
    old.status?.podIPs === pod.status?.podIPs
  );
}

type Ips = readonly string[];

/** The addresses that are a pod's own: a host-network pod has none, nor has one that has ended. */
function addressesOf({ spec, status }: Pod): Ips {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  if (spec?.hostNetwork === true || hasEnded) return [];
  const { podIP = '', podIPs = [{ ip: podIP }] } = status ?? {};
  return podIPs.map(({ ip }) => ip).filter(ip => ip !== '');
}
