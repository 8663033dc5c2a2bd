import { expect, it } from 'vitest';
import type { Node, Pod } from '../../api/kinds/core.js';
import type { HasMetadata } from '../../api/object.js';
import { shortNumber } from '../../api/go-number.js';
import { stateOptions } from './options.js';
import { shownLabels } from './shown-labels.js';
import { StateText } from './state-text.js';

function linesOf(kind: string, object: HasMetadata, flags: readonly string[] = []): string[] {
  const options = stateOptions(flags);
  const resource = options.resources.find(({ name }) => name === kind);
  if (resource === undefined) throw new Error(kind);
  const text = new StateText(resource, options).of([object]);
  return text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
}

const of = (lines: readonly string[], metric: string): string[] =>
  lines.filter(line => line.startsWith(`${metric}{`)).map(line => line.slice(metric.length));

const own = 'namespace="ml",pod="p",uid="u1"';

const pod: Pod = {
  metadata: {
    namespace: 'ml',
    name: 'p',
    uid: 'u1',
    creationTimestamp: '2017-07-14T02:40:00Z',
    labels: { app: 'x', 'app.kubernetes.io/Name': 'y' },
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'u2', controller: true },
    ],
  },
  spec: {
    nodeName: 'n',
    containers: [
      {
        name: 'c',
        resources: {
          requests: { cpu: '250m', memory: '1Gi', 'nvidia.com/gpu': '2', pods: '1' },
        },
      },
    ],
  },
  status: {
    phase: 'Running',
    reason: 'Evicted',
    conditions: [{ type: 'PodScheduled', status: 'False' }],
    containerStatuses: [
      {
        name: 'c',
        ready: false,
        restartCount: 3,
        image: '',
        imageID: '',
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      },
    ],
  },
};

it('tells of a pod: one series for each phase, status and reason, and resources with their units', () => {
  const lines = linesOf('pods', pod);
  expect(of(lines, 'kube_pod_created')).toEqual([`{${own}} 1.5e+09`]);
  expect(of(lines, 'kube_pod_status_phase')).toEqual(
    ['Pending', 'Succeeded', 'Failed', 'Unknown', 'Running'].map(
      phase => `{${own},phase="${phase}"} ${phase === 'Running' ? 1 : 0}`,
    ),
  );
  expect(of(lines, 'kube_pod_status_scheduled')).toEqual([
    `{${own},condition="true"} 0`,
    `{${own},condition="false"} 1`,
    `{${own},condition="unknown"} 0`,
  ]);
  expect(of(lines, 'kube_pod_status_unschedulable')).toEqual([`{${own}} 1`]);
  expect(of(lines, 'kube_pod_status_reason')).toContain(`{${own},reason="Evicted"} 1`);
  expect(of(lines, 'kube_pod_status_reason')).toContain(`{${own},reason="NodeLost"} 0`);
  expect(of(lines, 'kube_pod_container_resource_requests')).toEqual([
    `{${own},container="c",node="n",resource="cpu",unit="core"} 0.25`,
    `{${own},container="c",node="n",resource="memory",unit="byte"} 1.073741824e+09`,
    `{${own},container="c",node="n",resource="nvidia_com_gpu",unit="integer"} 2`,
  ]);
  expect(of(lines, 'kube_pod_owner')).toEqual([
    `{${own},owner_kind="ReplicaSet",owner_name="rs",owner_is_controller="true"} 1`,
  ]);
});

it('tells of containers: why they wait, what ended them, how often they began again', () => {
  const lines = linesOf('pods', pod);
  expect(of(lines, 'kube_pod_container_status_waiting_reason')).toEqual([
    `{${own},container="c",reason="CrashLoopBackOff"} 1`,
  ]);
  expect(of(lines, 'kube_pod_container_status_last_terminated_reason')).toEqual([
    `{${own},container="c",reason="OOMKilled"} 1`,
  ]);
  expect(of(lines, 'kube_pod_container_status_last_terminated_exitcode')).toEqual([
    `{${own},container="c"} 137`,
  ]);
  expect(of(lines, 'kube_pod_container_status_restarts_total')).toEqual([
    `{${own},container="c"} 3`,
  ]);
  expect(of(lines, 'kube_pod_container_status_running')).toEqual([`{${own},container="c"} 0`]);
});

it('tells of a node: capacity by resource, taints, and three rows for a condition', () => {
  const node: Node = {
    metadata: { name: 'n', labels: { 'node-role.kubernetes.io/control-plane': '' } },
    spec: { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] },
    status: {
      allocatable: { cpu: '4', pods: '110', 'nvidia.com/gpu': '8' },
      conditions: [{ type: 'Ready', status: 'Unknown' }],
    },
  };
  const lines = linesOf('nodes', node);
  expect(of(lines, 'kube_node_role')).toEqual(['{node="n",role="control-plane"} 1']);
  expect(of(lines, 'kube_node_spec_taint')).toEqual([
    '{node="n",key="dedicated",value="gpu",effect="NoSchedule"} 1',
  ]);
  expect(of(lines, 'kube_node_status_allocatable')).toEqual([
    '{node="n",resource="cpu",unit="core"} 4',
    '{node="n",resource="pods",unit="integer"} 110',
    '{node="n",resource="nvidia_com_gpu",unit="integer"} 8',
  ]);
  expect(of(lines, 'kube_node_status_condition')).toEqual([
    '{node="n",condition="Ready",status="true"} 0',
    '{node="n",condition="Ready",status="false"} 0',
    '{node="n",condition="Ready",status="unknown"} 1',
  ]);
});

it('shows labels where they are allowed, and metrics unless they are not', () => {
  expect(of(linesOf('pods', pod), 'kube_pod_labels')).toEqual([]);
  const flags = ['--metric-labels-allowlist=pods=[*],nodes=[a]'];
  expect(of(linesOf('pods', pod, flags), 'kube_pod_labels')).toEqual([
    `{${own},label_app="x",label_app_kubernetes_io_name="y"} 1`,
  ]);
  const only = linesOf('pods', pod, ['--metric-allowlist=^kube_pod_info$']);
  expect(only.map(line => line.split('{')[0])).toEqual(['kube_pod_info']);
  const without = linesOf('pods', pod, ['--metric-denylist=kube_pod_container_.*']);
  expect(without.some(line => line.startsWith('kube_pod_container_'))).toBe(false);
});

it('numbers labels that come out alike', () => {
  expect(shownLabels('label', { 'a.b': '1', a_b: '2', c: '3' }, ['*'])).toEqual({
    label_a_b_conflict1: '1',
    label_a_b_conflict2: '2',
    label_c: '3',
  });
  expect(shownLabels('label', { team: 'x', tier: 'y' }, ['te*'])).toEqual({ label_team: 'x' });
});

it('says which resources it does not tell of', () => {
  const { resources, problems } = stateOptions(['--resources=pods,roles,pdos']);
  expect(resources.map(({ name }) => name)).toEqual(['pods']);
  expect(problems).toEqual(['metrics of roles are not simulated', 'resource pdos does not exist']);
});

it('writes numbers as Go does', () => {
  expect([0, 1, -1, 0.25, 123456, 1234567, 0.00001, Number.NaN, Infinity].map(shortNumber)).toEqual(
    ['0', '1', '-1', '0.25', '123456', '1.234567e+06', '1e-05', 'NaN', '+Inf'],
  );
});

it('tells of leases, webhooks, ingresses, slices and their like as upstream does', () => {
  const metadata = { name: 'x', namespace: 'ns' };
  const lease = { metadata, spec: { holderIdentity: 'h', renewTime: '2017-07-14T02:40:00Z' } };
  expect(linesOf('leases', lease as HasMetadata)).toEqual([
    'kube_lease_owner{lease="x",owner_kind="",owner_name="",namespace="ns",lease_holder="h"} 1',
    'kube_lease_renew_time{lease="x",namespace="ns"} 1.5e+09',
  ]);
  const clientConfig = { service: { name: 's', namespace: 'n' } };
  const hook = { metadata: { name: 'x' }, webhooks: [{ name: 'w.x.y', clientConfig }] };
  const kind = 'kube_validatingwebhookconfiguration';
  expect(
    of(
      linesOf('validatingwebhookconfigurations', hook as HasMetadata),
      `${kind}_webhook_clientconfig_service`,
    ),
  ).toEqual([
    '{namespace="",validatingwebhookconfiguration="x",webhook_name="w.x.y",service_name="s",service_namespace="n"} 1',
  ]);
  const service = { name: 's', port: { number: 80 } };
  const path = { path: '/', pathType: 'Prefix', backend: { service } };
  const ingress = { metadata, spec: { rules: [{ host: 'h', http: { paths: [path] } }] } };
  const ofIngress = linesOf('ingresses', ingress as HasMetadata);
  expect(of(ofIngress, 'kube_ingress_info')).toEqual([
    '{namespace="ns",ingress="x",ingressclass="_default"} 1',
  ]);
  expect(of(ofIngress, 'kube_ingress_path')).toEqual([
    '{namespace="ns",ingress="x",host="h",path="/",path_type="Prefix",service_name="s",service_port="80"} 1',
  ]);
  const slice = {
    metadata,
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true }, nodeName: 'n1' }],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  };
  expect(of(linesOf('endpointslices', slice as HasMetadata), 'kube_endpointslice_ports')).toEqual([
    '{namespace="ns",endpointslice="x",port_name="http",port_protocol="TCP",port_number="8080"} 1',
  ]);
  const told = stateOptions([]).resources.map(({ name }) => name);
  expect(told).toHaveLength(28);
  expect(told).not.toContain('endpoints');
  expect(stateOptions(['--resources=endpoints']).resources).toHaveLength(1);
});
