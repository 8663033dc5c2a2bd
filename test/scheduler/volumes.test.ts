/** A pod whose volume waits for it: the scheduler binds the volume first, then the pod. */
import { expect, it } from 'vitest';
import { persistentVolumeClaims, persistentVolumes, pods } from '../../sim/api/kinds/core.js';
import { storageClasses } from '../../sim/api/kinds/storage.js';
import { pathOf } from '../../sim/client/requests.js';
import { Cluster } from './cluster.js';

it('binds a local volume on the node that has it, then the pod', () => {
  const cluster = new Cluster();
  cluster.addNode('n1');
  cluster.addNode('n2');
  cluster.create(storageClasses, {
    metadata: { name: 'local' },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  const onNode = { key: 'kubernetes.io/hostname', operator: 'In', values: ['n2'] };
  const disk = cluster.create(persistentVolumes, {
    metadata: { name: 'disk' },
    spec: {
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'local',
      local: { path: '/mnt/disk' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onNode] }] } },
    },
  });
  // The volume controller's part.
  const available = { ...disk, status: { phase: 'Available' } };
  cluster.send('PUT', pathOf(persistentVolumes, '', 'disk', 'status'), available);
  const claim = cluster.create(persistentVolumeClaims, {
    metadata: { name: 'data', namespace: 'default' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'local',
      resources: { requests: { storage: '5Gi' } },
    },
  });
  cluster.create(pods, {
    metadata: { name: 'p', namespace: 'default' },
    spec: {
      containers: [{ name: 'c', image: 'db' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  });
  cluster.run(2_000);
  const { spec, metadata } = cluster.get(persistentVolumes, '', 'disk');
  expect(spec?.claimRef).toMatchObject({ name: 'data', uid: claim.metadata.uid });
  expect(metadata.annotations).toMatchObject({ 'pv.kubernetes.io/bound-by-controller': 'yes' });
  expect(cluster.pod('p').spec?.nodeName).toBeUndefined();
  // The volume controller again.
  const annotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
  const bound = cluster.send('PUT', pathOf(persistentVolumeClaims, 'default', 'data'), {
    ...claim,
    metadata: { ...claim.metadata, annotations, resourceVersion: undefined },
    spec: { ...claim.spec, volumeName: 'disk' },
  });
  expect(bound.status).toBe(200);
  cluster.run(3_000);
  expect(cluster.pod('p').spec?.nodeName).toBe('n2');
});

it('tells that a pod is gone for which volumes were to be bound', () => {
  const cluster = new Cluster();
  cluster.addNode('n1');
  cluster.create(storageClasses, {
    metadata: { name: 'slow' },
    provisioner: 'csi.example.com',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  cluster.create(persistentVolumeClaims, {
    metadata: { name: 'data', namespace: 'default' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'slow',
      resources: { requests: { storage: '5Gi' } },
    },
  });
  const claim = { name: 'data', persistentVolumeClaim: { claimName: 'data' } };
  cluster.create(pods, {
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'db' }], volumes: [claim] },
  });
  cluster.run(500);
  cluster.send('DELETE', `${pathOf(pods, 'default', 'p')}?gracePeriodSeconds=0`);
  cluster.run(3_000);
  const [event] = cluster.events('FailedScheduling');
  expect(event?.['note']).toBe(
    'running PreBind plugin "VolumeBinding": binding volumes: pod does not exist any more: pod "p" not found',
  );
});
