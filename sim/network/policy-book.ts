/**
 * The policies, pods and namespaces as the network plug-in knows them: from caches, and so a little
 * late. A pod that has only just got its address is not known to others yet, so that their rules
 * which would let it in do not; when the plug-in is down all stays as it was.
 * @upstream sigs.k8s.io/kube-network-policies, which kind's network plug-in (kindnet) runs
 */
import { namespaces, pods, type Namespace, type Pod } from '../api/kinds/core.js';
import { networkPolicies, type NetworkPolicy } from '../api/kinds/networking.js';
import { keyOf } from '../api/meta.js';
import type { KubeObject } from '../api/object.js';
import type { Labels } from '../api/selectors.js';
import {
  serviceAccount,
  type Change,
  type Controller,
  type ProcessDefinition,
} from '../client/contract.js';
import { watch } from '../client/requests.js';
import { deepEqual } from '../api/equality.js';
import { PolicyEvaluator } from './policy/evaluator.js';
import type { Policy } from './policy/kinds.js';
import { policyPod, type PolicyPod } from './policy/party.js';

/** What the network plug-in knows of policies, and of those who are to keep to them. */
export class PolicyBook {
  /** Another one as soon as anything changes that a verdict could depend on. */
  version = 0;
  private readonly policies = new Map<string, Policy>();
  private readonly namespaces = new Map<string, Labels>();
  private readonly pods = new Map<string, { readonly pod: PolicyPod; readonly ips: Ips }>();
  private readonly podsByIp = new Map<string, PolicyPod>();
  private made: { readonly version: number; readonly evaluator: PolicyEvaluator } | undefined;
  /** Counts what the policies themselves depend on: they and the labels of namespaces. */
  private policyVersion = 0;

  /** The network plug-in of kind, as far as policies go. */
  readonly process: ProcessDefinition = {
    name: 'kindnet',
    identity: serviceAccount('kube-system', 'kindnet'),
    controllers: [{ name: 'kube-network-policies', create: () => this.create() }],
  };

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

  private create(): Controller {
    this.clear();
    return {
      watches: [
        watch(networkPolicies, { on: change => this.onPolicy(change) }),
        watch(namespaces, { on: change => this.onNamespace(change) }),
        watch(pods, { on: change => this.onPod(change) }),
      ],
      *reconcile() {
        // Nothing is ever queued.
      },
    };
  }

  private clear(): void {
    this.policies.clear();
    this.namespaces.clear();
    this.pods.clear();
    this.podsByIp.clear();
    this.policiesChanged();
  }

  private policiesChanged(): void {
    this.policyVersion++;
    this.version++;
  }

  private onPolicy({ type, object }: Change<NetworkPolicy>): void {
    const key = keyOf(object);
    if (type === 'deleted') this.policies.delete(key);
    else {
      if (deepEqual(this.policies.get(key)?.spec, object.spec)) return;
      this.policies.set(key, { ...object, kind: 'NetworkPolicy' });
    }
    this.policiesChanged();
  }

  private onNamespace({ type, object }: Change<Namespace>): void {
    const { name = '', labels = {} } = object.metadata;
    if (type === 'deleted') this.namespaces.delete(name);
    else {
      if (deepEqual(this.namespaces.get(name), labels)) return;
      this.namespaces.set(name, labels);
    }
    this.policiesChanged();
  }

  private onPod({ type, object }: Change<Pod>): void {
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

type Ips = readonly string[];

/** The addresses that are a pod's own: a host-network pod has none, nor has one that has ended. */
function addressesOf({ spec, status }: Pod): Ips {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  if (spec?.hostNetwork === true || hasEnded) return [];
  const { podIP = '', podIPs = [{ ip: podIP }] } = status ?? {};
  return podIPs.map(({ ip }) => ip).filter(ip => ip !== '');
}

const rbac = 'rbac.authorization.k8s.io';
const account = { kind: 'ServiceAccount', name: 'kindnet', namespace: 'kube-system' };

/** Who the plug-in is and what it may do. @upstream sigs.k8s.io/kind images/kindnetd */
export const policyManifests: readonly KubeObject[] = [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: account.name, namespace: account.namespace },
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'kindnet' },
    rules: [
      { apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch', 'patch'] },
      { apiGroups: [''], resources: ['pods', 'namespaces'], verbs: ['list', 'watch'] },
      {
        apiGroups: ['networking.k8s.io'],
        resources: ['networkpolicies'],
        verbs: ['list', 'watch'],
      },
    ],
  } as KubeObject,
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'kindnet' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'kindnet' },
    subjects: [account],
  } as KubeObject,
];
