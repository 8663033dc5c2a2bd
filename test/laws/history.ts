/** Makes small histories, and edits real ones, to plant what a law must find. */
import { keyOf } from '../../sim/api/meta.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { durationMs } from '../../src/input/duration.js';
import { judge, type Verdict } from '../../src/laws/judge.js';
import type { Breach, Law, LawSettings, Outcome } from '../../src/laws/law.js';

/** The start of all histories that are made by hand. */
export const startMs = Date.UTC(2026, 0, 1);

const plurals: Readonly<Record<string, string>> = {
  Pod: 'pods',
  Workflow: 'workflows.argoproj.io',
  Node: 'nodes',
  Namespace: 'namespaces',
  Service: 'services',
  Secret: 'secrets',
  ServiceAccount: 'serviceaccounts',
  ResourceQuota: 'resourcequotas',
  ConfigMap: 'configmaps',
  Event: 'events',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  Deployment: 'deployments.apps',
  ReplicaSet: 'replicasets.apps',
  Job: 'jobs.batch',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers.autoscaling',
  ResourceClaim: 'resourceclaims.resource.k8s.io',
  PodDisruptionBudget: 'poddisruptionbudgets.policy',
  NetworkPolicy: 'networkpolicies.networking.k8s.io',
  AuthorizationPolicy: 'authorizationpolicies.security.istio.io',
  Ingress: 'ingresses.networking.k8s.io',
  HTTPRoute: 'httproutes.gateway.networking.k8s.io',
  Role: 'roles.rbac.authorization.k8s.io',
  ClusterRole: 'clusterroles.rbac.authorization.k8s.io',
  RoleBinding: 'rolebindings.rbac.authorization.k8s.io',
  ClusterRoleBinding: 'clusterrolebindings.rbac.authorization.k8s.io',
  MXJob: 'mxjobs.kubeflow.org',
  PodGroup: 'podgroups.scheduling.x-k8s.io',
};

type Fields = Readonly<Record<string, unknown>>;

/** A history under way: each call writes at the time that `at` set last. */
export class Past {
  readonly entries: HistoryEntry[] = [];
  readonly outcomes: Outcome[] = [];
  private readonly objects = new Map<string, KubeObject>();
  private nowMs = startMs;
  private user = 'kubernetes-admin';
  private uids = 0;

  /** So long after the start: `1m30s`. */
  at(after: string): this {
    this.nowMs = startMs + durationMs(after);
    return this;
  }

  /** Who writes from now on. */
  as(user: string): this {
    this.user = user;
    return this;
  }

  /** Writes an object: new, or the one of its name with these fields in place of its own. */
  write(kind: string, name: string, fields: Fields & { readonly metadata?: Fields } = {}): this {
    const slash = name.indexOf('/');
    const namespace = slash < 0 ? undefined : name.slice(0, slash);
    const known = this.objects.get(`${kind} ${name}`);
    const { metadata = {}, ...rest } = fields;
    const object = {
      ...(known ?? { kind }),
      ...rest,
      metadata: {
        ...(known?.metadata ?? { uid: `uid-${++this.uids}` }),
        name: name.slice(slash + 1),
        ...(namespace !== undefined && { namespace }),
        ...metadata,
        resourceVersion: String(this.entries.length + 1),
      },
    } as KubeObject;
    this.objects.set(`${kind} ${name}`, object);
    return this.entry(known === undefined ? 'ADDED' : 'MODIFIED', kind, object);
  }

  /** The object goes. */
  remove(kind: string, name: string): this {
    const object = this.objects.get(`${kind} ${name}`);
    if (object === undefined) throw new Error(`there is no ${kind} ${name} to remove`);
    this.objects.delete(`${kind} ${name}`);
    return this.entry('DELETED', kind, object);
  }

  /** Something was measured at the edge. */
  measure(outcome: Untimed): this {
    this.outcomes.push({ ...outcome, timeMs: this.nowMs } as Outcome);
    return this;
  }

  /** What the law says of it up to now. */
  verdict(law: Law, settings?: LawSettings): Verdict {
    const [verdict] = judge([law], {
      history: this.entries,
      outcomes: this.outcomes,
      endMs: this.nowMs,
      ...(settings !== undefined && { settings: { [law.name]: settings } }),
    });
    if (verdict === undefined) throw new Error('one law, one verdict');
    return verdict;
  }

  private entry(type: HistoryEntry['type'], kind: string, object: KubeObject): this {
    // A kind of another group of that name: its apiVersion tells.
    const [group = ''] = (object.apiVersion ?? '').split('/');
    const isOther = kind === 'PodGroup' && group !== '';
    const resource = isOther ? `podgroups.${group}` : plurals[kind];
    if (resource === undefined) throw new Error(`the kit knows no resource of the kind ${kind}`);
    const revision = this.entries.length + 1;
    const { user, nowMs: timeMs } = this;
    this.entries.push({ revision, timeMs, type, resource, user, object });
    return this;
  }
}

type Untimed = {
  [K in Outcome['kind']]: Omit<Extract<Outcome, { kind: K }>, 'timeMs'>;
}[Outcome['kind']];

/** What the law says of nothing at all. */
export function verdictOnNothing(law: Law): Verdict['kind'] {
  return new Past().verdict(law).kind;
}

/** The breach of a verdict that has exactly one. */
export function onlyBreach(verdict: Verdict): Breach {
  if (verdict.kind !== 'broken') throw new Error(`${verdict.law} is ${verdict.kind}`);
  const [breach, ...others] = verdict.breaches;
  if (breach === undefined || others.length > 0) {
    throw new Error(`${verdict.breaches.length} breaches: ${JSON.stringify(verdict.breaches)}`);
  }
  return breach;
}

/** The story of the only breach: what, which objects, and the lines with their seconds since the start. */
export function storyOf(verdict: Verdict): {
  readonly what: string;
  readonly objects: readonly string[];
  readonly evidence: readonly string[];
} {
  const { what, objects, evidence } = onlyBreach(verdict);
  const lines = evidence.map(({ timeMs, text }) => `${(timeMs - startMs) / 1_000}s ${text}`);
  return { what, objects, evidence: lines };
}

/** A history with other objects in some entries: what is planted in a real one. */
export function edited(
  history: readonly HistoryEntry[],
  edit: (object: KubeObject, entry: HistoryEntry) => KubeObject,
): HistoryEntry[] {
  return history.map(entry => ({ ...entry, object: edit(entry.object, entry) }));
}

/** The entries about one object. */
export function about(
  history: readonly HistoryEntry[],
  resource: string,
  key: string,
): readonly HistoryEntry[] {
  return history.filter(entry => entry.resource === resource && keyOf(entry.object) === key);
}

/** A Ready node that can give so much. */
export function node(
  allocatable: Fields,
  more: { readonly labels?: Fields; readonly spec?: Fields } = {},
) {
  return {
    metadata: { labels: more.labels ?? {} },
    spec: more.spec ?? {},
    status: { allocatable, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

/** The spec of a pod that asks for so much, on a node or waiting. */
export function podSpec(requests: Fields, nodeName?: string, more: Fields = {}): Fields {
  return {
    ...more,
    containers: [{ name: 'main', image: 'test', resources: { requests } }],
    ...(nodeName !== undefined && { nodeName }),
  };
}

/** The status of a running pod, with devices and their health. */
export function running(devices: Readonly<Record<string, string>> = {}): Fields {
  const resources = Object.entries(devices).map(([resourceID, health]) => ({ resourceID, health }));
  return {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [
      {
        name: 'main',
        containerID: 'c://1',
        state: { running: {} },
        ...(resources.length > 0 && {
          allocatedResourcesStatus: [{ name: 'nvidia.com/gpu', resources }],
        }),
      },
    ],
  };
}
