import { expect, it } from 'vitest';
import { parseManifests } from '../input/manifests.js';
import { sailable, type Sailable } from './sailable.js';
import { surveyOf } from './survey.js';

function aboard(text: string): Sailable {
  return sailable(surveyOf({ manifests: parseManifests(text, 'm.yaml'), unread: [], notes: [] }));
}

const titles = ({ objects }: Sailable): string[] =>
  objects.map(
    ({ kind = '', metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name ?? ''}`,
  );

it('stands in for what manifests name and do not hold, before what needs it', () => {
  const sails = aboard(`
apiVersion: v1
kind: Pod
metadata: { name: p, namespace: fraud }
spec:
  serviceAccountName: scorer
  priorityClassName: urgent
  containers:
    - name: c
      image: i
      env:
        - { name: A, valueFrom: { secretKeyRef: { name: db, key: url } } }
        - { name: B, valueFrom: { secretKeyRef: { name: db, key: password } } }
        - { name: C, valueFrom: { configMapKeyRef: { name: maybe, key: k, optional: true } } }
  volumes: [{ name: v, persistentVolumeClaim: { claimName: models } }]
`);
  expect(titles(sails)).toEqual([
    'Namespace -/fraud',
    'PriorityClass -/urgent',
    'ServiceAccount fraud/scorer',
    'Secret fraud/db',
    'PersistentVolume -/fraud-models',
    'PersistentVolumeClaim fraud/models',
    'Pod fraud/p',
  ]);
  expect(sails.objects[3]).toMatchObject({ data: { url: '', password: '' } });
  expect(sails.standIns).toHaveLength(6);
});

const claim = (name: string, spec: string): string => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${name} }
spec: { accessModes: [ReadWriteMany], resources: { requests: { storage: 1Gi } }, ${spec} }
---`;

it('stands in for the storage of a platform: classes, volumes that are shared, and drivers', () => {
  const sails = aboard(`
${claim('of-cloud', 'storageClassName: efs-sc')}
${claim('own', 'storageClassName: nfs')}
${claim('named', 'volumeName: disk')}
apiVersion: v1
kind: PersistentVolume
metadata: { name: nfs }
spec:
  capacity: { storage: 1Gi }
  accessModes: [ReadWriteMany]
  storageClassName: nfs
  nfs: { server: s, path: / }
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: gp3 }
provisioner: ebs.csi.aws.com
parameters: { type: gp3 }
`);
  expect(sails.standIns).toEqual([
    'StorageClass efs-sc',
    'StorageClass nfs',
    'PersistentVolume default-of-cloud',
    'PersistentVolume disk',
    'ebs.csi.aws.com of StorageClass gp3',
  ]);
  expect(sails.objects.find(({ metadata }) => metadata.name === 'gp3')).toEqual({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'gp3' },
    provisioner: 'rancher.io/local-path',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
});

it('stands in for volumes of claims without a class, though there is a volume without one', () => {
  const sails = aboard(`
apiVersion: v1
kind: PersistentVolume
metadata: { name: other }
spec: { capacity: { storage: 1Gi }, accessModes: [ReadWriteMany], hostPath: { path: /data } }
---
apiVersion: v1
kind: Pod
metadata: { name: p }
spec:
  containers: [{ name: c, image: i }]
  volumes:
    - { name: a, persistentVolumeClaim: { claimName: nobody-made } }
    - { name: b, persistentVolumeClaim: { claimName: REPLACE_WITH_YOUR_PVC } }
`);
  expect(sails.standIns).toEqual([
    'PersistentVolumeClaim default/nobody-made',
    'PersistentVolume default-nobody-made',
  ]);
});

it('leaves out what is refused and what nothing acts on, and says so', () => {
  const sails = aboard(`
{ apiVersion: v1, kind: Service, metadata: { name: bad }, spec: { ports: [{ port: 99999 }] } }
---
{ apiVersion: flink.apache.org/v1, kind: FlinkSessionJob, metadata: { name: r } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: good } }
`);
  expect(titles(sails)).toEqual(['ConfigMap default/good']);
  expect(sails.leftOut).toEqual([
    'Service bad: the API server refuses',
    'FlinkSessionJob r: nobody defines their kind',
  ]);
});

it('takes the metrics APIs that an adapter of the manifests serves', () => {
  const api = (group: string, namespace: string): string => `
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1beta1.${group} }
spec:
  service: { name: adapter, namespace: ${namespace} }
  group: ${group}
  version: v1beta1
  insecureSkipTLSVerify: true
  groupPriorityMinimum: 100
  versionPriority: 100
---`;
  const sails = aboard(`${api('custom.metrics.k8s.io', 'default')}
${api('external.metrics.k8s.io', 'keda')}
{ apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { containers: [
  { name: a, image: 'registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0' } ] } }
`);
  expect(titles(sails)).toEqual(['APIService -/v1beta1.custom.metrics.k8s.io', 'Pod default/a']);
  expect(sails.leftOut).toEqual([
    'APIService v1beta1.external.metrics.k8s.io: nothing here acts on what they define',
  ]);
});

it('takes the last of two', () => {
  const one = (value: string): string =>
    `{ apiVersion: v1, kind: ConfigMap, metadata: { name: a }, data: { k: ${value} } }`;
  expect(aboard(`${one('before')}\n---\n${one('after')}`).objects).toMatchObject([
    { data: { k: 'after' } },
  ]);
});

it('has volumes for what StatefulSets and ephemeral volumes claim', () => {
  const sails = aboard(`
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  replicas: 1
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec:
      containers: [{ name: c, image: i }]
      volumes:
        - name: scratch
          ephemeral:
            volumeClaimTemplate:
              spec:
                storageClassName: premium-rwo
                accessModes: [ReadWriteOnce]
                resources: { requests: { storage: 1Gi } }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteMany], resources: { requests: { storage: 1Gi } } }
`);
  expect(sails.standIns).toEqual([
    'StorageClass premium-rwo',
    ...[0, 1, 2, 3, 4].map(ordinal => `PersistentVolume default-data-db-${ordinal}`),
  ]);
});
