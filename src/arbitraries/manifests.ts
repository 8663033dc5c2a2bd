/** The manifests that objects are drawn as: small, complete, and as people write them. */
import type { KubeObject } from '../../sim/api/object.js';

/** A pod template of one container, by what is drawn of it. */
export interface Template {
  readonly app: string;
  readonly cpu: string;
  readonly gpus: number;
  readonly port?: number;
  readonly priority?: string;
  readonly grace?: number;
  readonly restartPolicy?: 'Never' | 'OnFailure';
  readonly container?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly isPrivileged?: boolean;
  /** It leaves gently: a preStop hook sleeps so many seconds, and a probe says when it is ready. */
  readonly hookSeconds?: number;
  /** It runs as this account and reads the secret of the same name. */
  readonly account?: string;
}

/** Where an object stands. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

const gpuToleration = { key: 'nvidia.com/gpu', operator: 'Exists' };

/** The pod template. */
export function template(from: Template): Record<string, unknown> {
  const { app, cpu, gpus, port, priority, grace, restartPolicy, container = 'main' } = from;
  const { labels, isPrivileged = false, hookSeconds, account } = from;
  const limits = gpus > 0 ? { 'nvidia.com/gpu': String(gpus) } : undefined;
  return {
    metadata: { labels: { app, ...labels } },
    spec: {
      ...(restartPolicy !== undefined && { restartPolicy }),
      ...(priority !== undefined && { priorityClassName: priority }),
      ...(grace !== undefined && { terminationGracePeriodSeconds: grace }),
      ...(gpus > 0 && { tolerations: [gpuToleration] }),
      ...(account !== undefined && {
        serviceAccountName: account,
        volumes: [{ name: 'secret', secret: { secretName: account } }],
      }),
      containers: [
        {
          name: container,
          image: 'registry.example/app:1',
          ...(port !== undefined && { ports: [{ containerPort: port }] }),
          ...(isPrivileged && { securityContext: { privileged: true } }),
          ...(hookSeconds !== undefined && {
            lifecycle: { preStop: { sleep: { seconds: hookSeconds } } },
            ...(port !== undefined && {
              readinessProbe: { tcpSocket: { port }, periodSeconds: 5 },
            }),
          }),
          resources: { requests: { cpu, memory: '64Mi' }, ...(limits && { limits }) },
        },
      ],
    },
  };
}

/** Deployment, StatefulSet: what replicas of a template make. */
export function replicated(
  kind: 'Deployment' | 'StatefulSet' | 'ReplicaSet',
  { namespace, name }: Place,
  replicas: number,
  of: Template,
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { namespace, name },
    spec: {
      replicas,
      selector: { matchLabels: { app: of.app } },
      template: template(of),
      ...(kind === 'StatefulSet' && { serviceName: name }),
    },
  };
}

/** A Job of so many pods. */
export function job(
  { namespace, name }: Place,
  { parallelism, completions }: { readonly parallelism: number; readonly completions: number },
  of: Template,
): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace, name },
    spec: {
      parallelism,
      completions,
      backoffLimit: 2,
      template: template({ restartPolicy: 'Never', ...of }),
    },
  };
}

/** A distributed training: all its pods or none can work. */
export function trainingJob(
  kind: 'MXJob' | 'PyTorchJob',
  { namespace, name }: Place,
  workers: number,
  of: Template,
): KubeObject {
  const container = kind === 'MXJob' ? 'mxnet' : 'pytorch';
  const pod = template({ ...of, container });
  const helper = template({ ...of, container, gpus: 0 });
  const replicas = (count: number, from: unknown) => ({
    replicas: count,
    restartPolicy: 'Never',
    template: from,
  });
  const spec =
    kind === 'MXJob'
      ? {
          jobMode: 'MXTrain',
          mxReplicaSpecs: {
            Scheduler: replicas(1, helper),
            Server: replicas(1, helper),
            Worker: replicas(workers, pod),
          },
        }
      : { pytorchReplicaSpecs: { Master: replicas(1, pod), Worker: replicas(workers, pod) } };
  return { apiVersion: 'kubeflow.org/v1', kind, metadata: { namespace, name }, spec };
}

/** Where Kubernetes 1.36 serves pod groups, behind its gates. */
export const podGroupVersion = 'scheduling.k8s.io/v1alpha2';

/** A Job whose pods are of use only together, and the group by which they start together or not at all. */
export function gang(place: Place, size: number, of: Template): readonly KubeObject[] {
  const { namespace, name } = place;
  const pods = job(place, { parallelism: size, completions: size }, of);
  const spec = pods['spec'] as { readonly template: { readonly spec: object } };
  const member = { ...spec.template.spec, schedulingGroup: { podGroupName: name } };
  return [
    {
      apiVersion: podGroupVersion,
      kind: 'PodGroup',
      metadata: { namespace, name },
      spec: { schedulingPolicy: { gang: { minCount: size } } },
    },
    { ...pods, spec: { ...spec, template: { ...spec.template, spec: member } } },
  ];
}

/** A Service before the pods of an app. */
export function service({ namespace, name }: Place, app: string, port: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { selector: { app }, ports: [{ port: 80, targetPort: port }] },
  };
}

/** A route that divides requests between two Services: all but some to the first. */
export function splitRoute(
  { namespace, name }: Place,
  {
    stable,
    canary,
    percent,
  }: { readonly stable: string; readonly canary: string; readonly percent: number },
): KubeObject {
  const backend = (to: string, weight: number) => ({ name: to, port: 80, weight });
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { namespace, name },
    spec: { rules: [{ backendRefs: [backend(stable, 100 - percent), backend(canary, percent)] }] },
  };
}

/** A budget for the disruptions of an app. */
export function budget(
  { namespace, name }: Place,
  app: string,
  limit: { readonly minAvailable: number } | { readonly maxUnavailable: number },
): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace, name },
    spec: { ...limit, selector: { matchLabels: { app } } },
  };
}

/** How an autoscaler is drawn. */
export interface Scaling {
  readonly min: number;
  readonly max: number;
  /** Its behavior; default: none of its own. */
  readonly behavior?: object | undefined;
}

/** An autoscaler of a Deployment by CPU. */
export function autoscaler(
  { namespace, name }: Place,
  target: string,
  { min, max, behavior }: Scaling,
): KubeObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { namespace, name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target },
      minReplicas: min,
      maxReplicas: max,
      ...(behavior !== undefined && { behavior }),
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
    },
  };
}

/** A quota of a namespace. */
export function quota(
  { namespace, name }: Place,
  hard: Readonly<Record<string, string>>,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { namespace, name },
    spec: { hard },
  };
}

/** A policy: to the pods of an app come connections from the pods of another, at some ports. */
export function policy(
  { namespace, name }: Place,
  app: string,
  from: { readonly app: string | undefined; readonly ports: readonly number[] },
): KubeObject {
  const peers = from.app === undefined ? [] : [{ podSelector: { matchLabels: { app: from.app } } }];
  const rule = {
    ...(peers.length > 0 && { from: peers }),
    ...(from.ports.length > 0 && { ports: from.ports.map(port => ({ port, protocol: 'TCP' })) }),
  };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace, name },
    spec: {
      podSelector: { matchLabels: { app } },
      policyTypes: ['Ingress'],
      ingress: peers.length === 0 && from.ports.length === 0 ? [] : [rule],
    },
  };
}

/** What a role allows: verbs on a resource, `secrets` or `apps/deployments`. */
export interface Rights {
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Only the objects of these names. */
  readonly names?: readonly string[];
}

const rbac = 'rbac.authorization.k8s.io';

/** A role. */
export function role(metadata: Place, { resource, verbs, names }: Rights): KubeObject {
  const [plural, group = ''] = resource.split('/').reverse();
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { ...metadata },
    rules: [
      {
        apiGroups: [group],
        resources: [plural],
        verbs,
        ...(names !== undefined && { resourceNames: names }),
      },
    ],
  };
}

/** The binding of a role to an account. */
export function binding(
  metadata: Place,
  to: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string },
  account: Place,
): KubeObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { ...metadata },
    roleRef: { apiGroup: rbac, ...to },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  };
}

/** An account with rights in its namespace: to read objects of a resource, or to do all with them. */
export function accountWith(place: Place, rights: Rights): readonly KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...place } },
    role(place, rights),
    binding(place, { kind: 'Role', name: place.name }, place),
  ];
}

/** A secret, and an account that needs it, may read it, and says so. */
export function secretOf(place: Place): readonly KubeObject[] {
  const { name } = place;
  const rights = { resource: 'secrets', verbs: ['get'], names: [name] };
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: { ...place }, data: { token: 'c2VhdHJpYWw=' } },
    ...accountWith(place, rights).map(object =>
      object.kind === 'ServiceAccount' ? { ...object, secrets: [{ name }] } : object,
    ),
  ];
}

/** A priority class. */
export function priorityClass(name: string, value: number): KubeObject {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    description: `drawn: ${name}`,
  };
}

/** A namespace, which enforces a level of the pod security standards or does not. */
export function namespaceObject(name: string, enforce?: string): KubeObject {
  const labels = { 'pod-security.kubernetes.io/enforce': enforce };
  const metadata = enforce === undefined ? { name } : { name, labels };
  return { apiVersion: 'v1', kind: 'Namespace', metadata } as KubeObject;
}
