/**
 * The policies, pods and namespaces as the network plug-in knows them: from caches, and so a little
 * late. A pod that has only just got its address is not known to others yet, so that their rules
 * which would let it in do not.
 * @upstream sigs.k8s.io/kube-network-policies, which kind's network plug-in (kindnet) runs
 */
import { namespaces, pods } from '../api/kinds/core.js';
import { networkPolicies } from '../api/kinds/networking.js';
import type { KubeObject } from '../api/object.js';
import { serviceAccount, type Controller, type ProcessDefinition } from '../client/contract.js';
import { neverQueued } from '../client/never-queued.js';
import { watch } from '../client/requests.js';
import { PolicyState } from './policy-state.js';
import type { PolicyEvaluator } from './policy/evaluator.js';
import type { PolicyPod } from './policy/party.js';

/** The network plug-in, as far as policies go, and what it has put in force. */
export class PolicyBook {
  /** What it knew stays in force while it is down, and until its next life has caught up. */
  private state = new PolicyState();
  private versionsBefore = 0;

  /** The network plug-in of kind. */
  readonly process: ProcessDefinition = {
    name: 'kindnet',
    identity: serviceAccount('kube-system', 'kindnet'),
    controllers: [{ name: 'kube-network-policies', create: () => this.create() }],
  };

  /** Another one as soon as anything changes that a verdict could depend on. */
  get version(): number {
    return this.versionsBefore + this.state.version;
  }

  /** Judges; undefined as long as there is no policy, when nothing is ever denied. */
  get evaluator(): PolicyEvaluator | undefined {
    return this.state.evaluator;
  }

  /** The pod that has the address; undefined for the addresses of nodes, though pods use those too. */
  podAt(ip: string): PolicyPod | undefined {
    return this.state.podAt(ip);
  }

  private create(): Controller {
    const next = new PolicyState();
    return {
      watches: [
        watch(networkPolicies, { on: change => next.onPolicy(change) }),
        watch(namespaces, { on: change => next.onNamespace(change) }),
        watch(pods, { on: change => next.onPod(change) }),
      ],
      start: () => {
        this.versionsBefore = this.version + 1;
        this.state = next;
      },
      reconcile: neverQueued,
    };
  }
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
