/** kube-state-metrics in a pod: what its account may see is told; against the catalogue of its metrics. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { manifests, simulate, type Cluster } from '../../src/index.js';
import { stateResources } from '../../sim/workloads/kube-state-metrics/resources.js';

const objects = (groups: string) => `
apiVersion: v1
kind: Namespace
metadata: { name: monitoring }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: kube-state-metrics, namespace: monitoring }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: kube-state-metrics }
rules:
  - { apiGroups: ${groups}, resources: ['*'], verbs: [list, watch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: kube-state-metrics }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kube-state-metrics }
subjects: [{ kind: ServiceAccount, name: kube-state-metrics, namespace: monitoring }]
---
apiVersion: v1
kind: Pod
metadata: { name: ksm, namespace: monitoring }
spec:
  serviceAccountName: kube-state-metrics
  containers:
    - name: kube-state-metrics
      image: registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0
      livenessProbe: { httpGet: { path: /livez, port: 8080 } }
      readinessProbe: { httpGet: { path: /readyz, port: 8081 } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: nginx }] }
`;

/** What the pod shows to whoever may reach it through the API server. */
async function metricsOf(cluster: Cluster): Promise<string> {
  const path = '/api/v1/namespaces/monitoring/pods/ksm:8080/proxy/metrics';
  const { body } = await cluster.request({ method: 'GET', path });
  return Buffer.from(body as Uint8Array).toString();
}

async function started(groups: string): Promise<Cluster> {
  const cluster = await simulate({ seed: 1 });
  await cluster.apply(manifests(objects(groups)));
  await cluster.advance('1m');
  return cluster;
}

it('tells what is there, as it changes', async () => {
  await using cluster = await started("['*']");
  const web = 'namespace="default",deployment="web"';
  const before = await metricsOf(cluster);
  expect(before).toContain(`kube_deployment_status_replicas_ready{${web}} 2`);
  expect(before).toMatch(/kube_pod_info\{namespace="monitoring",pod="ksm",.*created_by_kind=""/);
  await cluster.apply(manifests(objects("['*']").replace('replicas: 2', 'replicas: 3')));
  await cluster.advance('1m');
  expect(await metricsOf(cluster)).toContain(`kube_deployment_spec_replicas{${web}} 3`);
}, 60_000);

it('tells nothing of what its account may not list', async () => {
  await using cluster = await started("['']");
  const text = await metricsOf(cluster);
  expect(text).toContain('kube_node_info{');
  expect(text).not.toContain('kube_deployment_spec_replicas{');
}, 60_000);

const catalogue = '../shared/vectors/metrics/catalogue.tsv';
const isThere = existsSync(catalogue);
const why = isThere ? '' : ` (skipped: ${catalogue} is not there)`;

describe.skipIf(!isThere)(`the catalogue of metrics${why}`, () => {
  const rows = isThere
    ? readFileSync(catalogue, 'utf8')
        .split('\n')
        .map(line => line.split('\t'))
        .filter(([component]) => component === 'kube-state-metrics')
    : [];
  const told = new Map(
    stateResources
      .flatMap(({ families }) => families)
      .map(({ name, type }): [string, string] => [name, type]),
  );

  it('has all that is told, of the same type', () => {
    const types = new Map(rows.map(([, name = '', type = '']) => [name, type]));
    const unknown = [...told].filter(([name, type]) => types.get(name) !== type);
    expect(unknown).toEqual([]);
  });

  it('has nothing that rules and dashboards use and is not told', () => {
    const used = rows.filter(([, , , , , , usedBy = '']) => Number(usedBy) > 0);
    const missing = used.map(([, name = '']) => name).filter(name => !told.has(name));
    // Labels and annotations are told where flags allow them.
    expect(missing.filter(name => !/_(labels|annotations)$/.test(name))).toEqual([]);
  });
});
