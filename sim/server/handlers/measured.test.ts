/** Answers in which this server once differed from kube-apiserver 1.36.2, as that one gives them. */
import { expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

interface Told {
  readonly message?: string;
  readonly metadata?: {
    readonly finalizers?: readonly string[];
    readonly generation?: number;
    readonly managedFields?: unknown;
  };
  readonly kind?: string;
  readonly endpoints?: unknown;
  readonly binaryData?: unknown;
  readonly rows?: unknown;
}

const inDefault = '/namespaces/default';

function start() {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const send = (
    method: ApiRequest['method'],
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    let answer: ApiAnswer | undefined;
    const bytes = body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body));
    serve({ method, path, headers, body: bytes }, connection, given => (answer = given));
    return { status: answer?.status, warnings: answer?.warnings, told: answer?.body as Told };
  };
  send('POST', `/api/v1${inDefault}/serviceaccounts`, { metadata: { name: 'default' } });
  return send;
}

const spec = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] };

it('keeps the pods of a Job when nothing is said of them, and warns', () => {
  const send = start();
  const path = `/apis/batch/v1${inDefault}/jobs`;
  send('POST', path, { metadata: { name: 'j' }, spec: { template: { spec } } });
  const { told, warnings } = send('DELETE', `${path}/j`);
  expect(told.metadata?.finalizers).toEqual(['orphan']);
  expect(warnings?.[0]).toMatch(/^child pods are preserved by default when jobs are deleted; /);
});

it('names the inline structs in which a field of the wrong type stands', () => {
  const body = {
    metadata: { name: 'p' },
    spec: { ...spec, volumes: [{ name: 'v', emptyDir: '' }] },
  };
  expect(start()('POST', `/api/v1${inDefault}/pods`, body).told.message).toBe(
    'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field Volume.spec.volumes.VolumeSource.emptyDir of type v1.EmptyDirVolumeSource',
  );
});

it('has no list of rows where a kind without columns of its own has no objects', () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const send = start();
  const roles = `/apis/rbac.authorization.k8s.io/v1${inDefault}/roles`;
  expect(send('GET', roles, undefined, { accept }).told.rows).toBeNull();
  expect(send('GET', `/api/v1${inDefault}/pods`, undefined, { accept }).told.rows).toEqual([]);
});

it('tells of all of what is wrong with an update of a pod, and that its spec may not change', () => {
  const send = start();
  send('POST', `/api/v1${inDefault}/pods`, { metadata: { name: 'p' }, spec });
  const wrong = { ...spec, dnsPolicy: 'None', containers: [{ name: 'c', image: '' }] };
  const { told } = send('PUT', `/api/v1${inDefault}/pods/p`, {
    metadata: { name: 'p' },
    spec: wrong,
  });
  expect(told.message).toMatch(/spec\.containers\[0\]\.image: Required value/);
  expect(told.message).toMatch(/spec: Forbidden: pod updates may not change fields other than/);
});

it('says in which conversion an applied object failed', () => {
  const body = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    spec: { resources: { requests: { storage: 'much' } } },
  };
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const path = `/api/v1${inDefault}/persistentvolumeclaims/p?fieldManager=m`;
  const { status, told } = start()('PATCH', path, body, headers);
  expect([status, told.message]).toEqual([
    500,
    "failed to convert new object (/p; /v1, Kind=PersistentVolumeClaim) to proper version: unable to convert unstructured object to /v1, Kind=PersistentVolumeClaim: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ]);
  const named = { ...body, metadata: { name: 'p', namespace: 'default' } };
  const { message } = start()('PATCH', path, named, headers).told;
  expect(message).toMatch(/^failed to convert new object \(default\/p; /);
});

const merge = { 'content-type': 'application/merge-patch+json' };

it('tells what an update sends empty from what it does not send', () => {
  const send = start();
  const path = `/api/v1${inDefault}/resourcequotas`;
  const quota = { metadata: { name: 'q' }, spec: { hard: { pods: '1' }, scopes: ['BestEffort'] } };
  send('POST', path, quota);
  const message = (scopes: unknown) =>
    send('PATCH', `${path}/q`, { spec: { scopes } }, merge).told.message;
  const refusal = (value: string) =>
    `ResourceQuota "q" is invalid: spec.scopes: Invalid value: ${value}: field is immutable`;
  expect(message([])).toBe(refusal('[]'));
  expect(message(null)).toBe(refusal('null'));
});

it('counts a network policy up when an empty list is sent, and an endpoint slice by its labels', () => {
  const send = start();
  const policies = `/apis/networking.k8s.io/v1${inDefault}/networkpolicies`;
  send('POST', policies, { metadata: { name: 'n' }, spec: { podSelector: {} } });
  const body = { metadata: { name: 'n' }, spec: { podSelector: {}, ingress: [] } };
  expect(send('PUT', `${policies}/n`, body).told.metadata?.generation).toBe(2);
  const slices = `/apis/discovery.k8s.io/v1${inDefault}/endpointslices`;
  const endpoints = [{ addresses: ['10.1.1.1'], deprecatedTopology: { a: 'b' } }];
  const made = send('POST', slices, { metadata: { name: 'e' }, addressType: 'IPv4', endpoints });
  expect(made.told.endpoints).toEqual([{ addresses: ['10.1.1.1'], conditions: {} }]);
  const counted = (field: string) =>
    send('PATCH', `${slices}/e`, { metadata: { [field]: { x: 'y' } } }, merge).told.metadata;
  expect(counted('annotations')?.generation).toBe(1);
  expect(counted('labels')?.generation).toBe(2);
  // What is dropped is a change before it is dropped.
  expect(send('PATCH', `${slices}/e`, { endpoints }, merge).told.metadata?.generation).toBe(3);
});

it('forgets who owns what when an item lacks its key, and says so to an apply', () => {
  const send = start();
  const path = `/api/v1${inDefault}/serviceaccounts`;
  const made = send('POST', path, { metadata: { name: 's' }, secrets: [{}] });
  expect(made.told.metadata?.managedFields).toBeUndefined();
  const patch = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 's' } };
  const type = { 'content-type': 'application/apply-patch+yaml' };
  expect(send('PATCH', `${path}/s?fieldManager=m`, patch, type)).toMatchObject({
    status: 500,
    told: {
      message:
        'failed to create manager for existing fields: failed to convert new object (default/s; /v1, Kind=ServiceAccount) to smd typed: .secrets: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
    },
  });
});

it('takes a list of numbers for bytes, and says which of them is none', () => {
  const send = start();
  const path = `/api/v1${inDefault}/configmaps`;
  const made = (bytes: readonly unknown[], name: string) =>
    send('POST', path, { metadata: { name }, binaryData: { a: bytes } }).told;
  expect(made([104, 105], 'a').binaryData).toEqual({ a: 'aGk=' });
  expect(made([256], 'b').message).toBe(
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number 256 into Go struct field ConfigMap.binaryData of type uint8',
  );
});

it('compiles what selects devices', () => {
  const path = '/apis/resource.k8s.io/v1/deviceclasses';
  const message = (expression: string) =>
    start()('POST', path, {
      metadata: { name: 'c' },
      spec: { selectors: [{ cel: { expression } }] },
    }).told.message;
  const refusal = 'DeviceClass.resource.k8s.io "c" is invalid: spec.selectors[0].cel.expression: ';
  expect(message('foo')).toBe(
    `${refusal}Invalid value: "foo": compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^`,
  );
  expect(message('')).toMatch(/: ERROR: <input>:1:0: Syntax error: mismatched input '<EOF>'/);
  expect(message('"a"')).toBe(
    `${refusal}Invalid value: "\\"a\\"": must evaluate to bool or the unknown type, not string`,
  );
  expect(message('device.attributes["a"].b')).toBeUndefined();
});

it('takes an escaped slash for a slash, as Go splits what is decoded', () => {
  const send = start();
  const path = `/api/v1${inDefault}/serviceaccounts`;
  expect(send('GET', `${path}/%2f`)).toMatchObject({
    status: 200,
    told: { kind: 'ServiceAccountList' },
  });
  expect(send('GET', `${path}%2Fdefault`)).toMatchObject({
    status: 200,
    told: { kind: 'ServiceAccount' },
  });
  expect(send('GET', `${path}/%zz`).status).toBe(404);
});

it('gives pods a second where templates say less than none', () => {
  const send = start();
  const negative = { ...spec, terminationGracePeriodSeconds: -5 };
  const templates = `/api/v1${inDefault}/podtemplates`;
  const kept = send('POST', templates, { metadata: { name: 't' }, template: { spec: negative } });
  expect(kept.told).toMatchObject({ template: { spec: { terminationGracePeriodSeconds: -5 } } });
  const pod = { metadata: { name: 'p' }, spec: negative };
  const given = send('POST', `/api/v1${inDefault}/pods`, pod);
  expect(given.told).toMatchObject({ spec: { terminationGracePeriodSeconds: 1 } });
});

it('keeps no event for its dependents', () => {
  const send = start();
  const path = `/api/v1${inDefault}/events`;
  const involvedObject = { kind: 'Pod', namespace: 'default', name: 'p' };
  send('POST', path, { metadata: { name: 'e' }, involvedObject });
  const { told } = send('DELETE', `${path}/e`, { propagationPolicy: 'Foreground' });
  expect(told.kind).toBe('Status');
  expect(send('GET', `${path}/e`).status).toBe(404);
});

it('warns of the template that a replication controller had', () => {
  const send = start();
  const path = `/api/v1${inDefault}/replicationcontrollers`;
  const port = { containerPort: 80 };
  const body = (...ports: readonly object[]) => ({
    metadata: { name: 'r' },
    spec: {
      selector: { a: 'b' },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: { containers: [{ name: 'c', image: 'i', ports }] },
      },
    },
  });
  send('POST', path, body(port));
  expect(send('PUT', `${path}/r`, body(port, port)).warnings ?? []).toEqual([]);
  expect(send('PUT', `${path}/r`, body(port)).warnings).toHaveLength(1);
});

it('checks a template of claims again when it changes', () => {
  const send = start();
  const path = `/apis/resource.k8s.io/v1${inDefault}/resourceclaimtemplates`;
  const body = (requests: readonly object[]) => ({
    metadata: { name: 't' },
    spec: { spec: { devices: { requests } } },
  });
  send('POST', path, body([{ name: 'r', exactly: { deviceClassName: 'd' } }]));
  const { told } = send('PUT', `${path}/t`, body([{ name: 'r' }]));
  expect(told.message).toMatch(/exactly one of `exactly` or `firstAvailable` is required/);
  expect(told.message).toMatch(/field is immutable/);
});

it('lends devices in use to no administrator of another namespace', () => {
  const send = start();
  const path = `/apis/resource.k8s.io/v1${inDefault}/resourceclaims`;
  const requests = [{ name: 'r', exactly: { deviceClassName: 'd' } }];
  send('POST', path, { metadata: { name: 'c' }, spec: { devices: { requests } } });
  const id = { driver: 'd.e', pool: 'p', device: 'x' };
  const devices = { results: [{ request: 'r', ...id, adminAccess: true }] };
  const networked = [{ ...id, networkData: { ips: ['10.1.2.3/024', 'no'] } }];
  const status = { allocation: { devices }, devices: networked };
  const { message } = send('PATCH', `${path}/c/status`, { status }, merge).told;
  expect(message).toMatch(
    /status\.allocation\.devices\.results\[0\]\.adminAccess: Forbidden: admin access to devices/,
  );
  expect(message).toMatch(/ips\[1\]: Invalid value: "no": must be a valid address in CIDR form/);
});

it('answers for groups without a route, for others with one, and for the version as JSON', () => {
  const send = start();
  const refusal = (path: string) =>
    send('GET', path, undefined, { accept: 'text/plain' }).told.message;
  const types = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  const bare = `only the following media types are accepted: ${types}`;
  const routed = `406: Not Acceptable\n\nAvailable representations: ${types}`;
  expect(refusal('/apis')).toBe(bare);
  expect(refusal('/apis/apps')).toBe(bare);
  expect(refusal('/apis/apps/v1')).toBe(routed);
  expect(refusal('/version')).toBe(
    '406: Not Acceptable\n\nAvailable representations: application/json',
  );
  expect(send('HEAD', '/api').status).toBe(405);
});

it('says since when it runs, in words or as a Statusz, but not as bare JSON', () => {
  const send = start();
  const status = (accept: string) => send('GET', '/statusz', undefined, { accept });
  expect(status('*/*').told).toMatch(/^Up: 0 hr 00 min 00 sec$/m);
  expect(status('*/*').told).toMatch(/^Started: [A-Z]\w\w [A-Z]\w\w [ \d]\d [\d:]{8} UTC \d{4}$/m);
  const type = (version: string) => `application/json;v=${version};g=config.k8s.io;as=Statusz`;
  expect(JSON.parse(String(status(type('v1beta1')).told))).toMatchObject({
    kind: 'Statusz',
    uptimeSeconds: 0,
    binaryVersion: '1.36.2',
  });
  expect(status(type('v1alpha1')).warnings).toHaveLength(1);
  expect(status('application/json').status).toBe(406);
  expect(send('GET', '/statusz/').status).toBe(404);
});

it('tells its flags, the paths that it serves, and how its checks went', () => {
  const send = start();
  const text = (path: string) => String(send('GET', path).told);
  expect(text('/flagz')).toMatch(/^\napiserver flagz\nWarning: .*\nadmission-control=\[\]\n/);
  expect(text('/flagz')).toMatch(/\nservice-cluster-ip-range=10\.0\.0\.0\/16\n/);
  expect(text('/flagz')).toMatch(/\nrequestheader-allowed-names=\[front-proxy-client\]\n/);
  expect(text('/index.html')).toContain('"paths": [\n');
  expect(text('/version')).toMatch(/^\{\n {2}"major": "1",\n/);
  const sample = 'kubernetes_healthcheck{name="etcd",type="livez"} 1';
  expect(text('/metrics/slis')).toContain(`\n${sample}\n`);
  const excluded = text('/livez?verbose&exclude=b&exclude=etcd&exclude=a&exclude=a');
  expect(excluded).toContain('[+]etcd excluded: ok\n');
  expect(excluded).toContain('cannot be excluded: no matches for "a", "b"\nlivez check passed\n');
  for (const path of ['/healthz/', '/metrics/', '/metrics/x', '/flagz/', '/openapi/v3/']) {
    expect(send('GET', path).status, path).toBe(404);
  }
});

it('tells of the networks of a node that are none, and overwrites the kind of a claim template', () => {
  const send = start();
  const node = { metadata: { name: 'n' }, spec: { podCIDRs: ['10.0.0.0/24', '10.1.0.0/24x'] } };
  expect(send('POST', '/api/v1/nodes', node).told.message).toMatch(
    /invalid CIDR\[1\]: <nil> \(invalid CIDR address: 10\.1\.0\.0\/24x\)/,
  );
  const labels = { a: 'b' };
  const claim = {
    kind: 'Other',
    metadata: { name: 'd' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } } },
  };
  const { told } = send('POST', `/apis/apps/v1${inDefault}/statefulsets`, {
    metadata: { name: 's' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: spec.containers } },
      volumeClaimTemplates: [claim],
    },
  });
  expect(JSON.stringify(told)).toContain('"kind":"PersistentVolumeClaim"');
});

it('refuses a number of the template of a DaemonSet that is none, and keeps it from a status', () => {
  const send = start();
  const key = 'deprecated.daemonset.template.generation';
  const sets = `/apis/apps/v1${inDefault}/daemonsets`;
  const set = (generation: string) => {
    const labels = { a: 'b' };
    const template = { metadata: { labels }, spec: { containers: spec.containers } };
    const metadata = { name: 'd', annotations: { [key]: generation } };
    return { metadata, spec: { selector: { matchLabels: labels }, template } };
  };
  const error = 'strconv.ParseInt: parsing "1x": invalid syntax';
  expect(send('POST', sets, set('1x')).told.message).toBe(
    `DaemonSet in version "v1" cannot be handled as a DaemonSet: ${error}`,
  );
  expect(send('POST', sets, set('99999999999999999999')).told.message).toMatch(/out of range$/);
  expect(send('POST', sets, set('+7')).status).toBe(201);
  const patched = (type: string, body: object, place = '') => {
    const headers = {
      'content-type': `application/${type}-patch+${type === 'apply' ? 'yaml' : 'json'}`,
    };
    const query = type === 'apply' ? '?fieldManager=f&force=true' : '';
    return send('PATCH', `${sets}/d${place}${query}`, body, headers).told;
  };
  const change = { metadata: { annotations: { [key]: '1x' } } };
  expect(patched('strategic-merge', change).message).toBe(error);
  expect(patched('merge', change).message).toContain(error);
  const whole = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'd', ...change.metadata },
  };
  expect(patched('apply', whole).message).toBe(
    `failed to convert to unversioned (/d; apps/v1, Kind=DaemonSet): ${error}`,
  );
  const later = { metadata: { annotations: { [key]: '9' } } };
  expect(patched('merge', later, '/status').metadata).toMatchObject({
    annotations: { [key]: '7' },
  });
});

it('reads back what autoscaling/v1 says in annotations before it tells who owns what', () => {
  const send = start();
  const place = (version: string) =>
    `/apis/autoscaling/${version}${inDefault}/horizontalpodautoscalers`;
  const key = (name: string) => `autoscaling.alpha.kubernetes.io/${name}`;
  const policies = [{ Type: 'Pods', Value: 4, PeriodSeconds: 15 }];
  const behavior = JSON.stringify({ ScaleUp: { Policies: policies } });
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
  const made = send('POST', place('v1'), {
    metadata: { name: 'a', annotations: { [key('behavior')]: behavior, [key('metrics')]: 'zz' } },
    spec: { scaleTargetRef, maxReplicas: 3 },
  }).told;
  const owned = JSON.stringify(made.metadata?.managedFields);
  expect(owned).toContain(`f:${key('behavior')}`);
  expect(owned).not.toContain(`f:${key('metrics')}`);
  expect(JSON.stringify(send('GET', `${place('v2')}/a`).told)).toContain(
    '"scaleDown":{"selectPolicy":"Max","policies":[{"type":"Percent"',
  );
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const spec = { scaleTargetRef, maxReplicas: 3 };
  const applied = (version: string) => {
    const apiVersion = `autoscaling/${version}`;
    const body = { apiVersion, kind: 'HorizontalPodAutoscaler', metadata: { name: 'a' }, spec };
    return send('PATCH', `${place(version)}/a?fieldManager=f&force=true`, body, headers).status;
  };
  expect(['v1', 'v2', 'v1'].map(applied)).toEqual([200, 200, 200]);
});
