/** A program of this machine runs in the place of a Deployment: `seatrial attach`. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { HttpClient } from '../../src/backends/http-client.js';
import { standIn } from '../../src/backends/outside/stand-in.js';
import { Pacer } from '../../src/backends/pacer.js';
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import { manifests } from '../../src/index.js';
import { sleep } from '../../src/host.js';

const folder = mkdtempSync(join(tmpdir(), 'seatrial-attach-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Tells what it was given, and again when the file that it mounts has changed; then it ends. */
const program = `
const { readFileSync, writeFileSync } = require('node:fs');
const [, file, word] = process.argv;
const { KUBECONFIG, PLAIN, NAMESPACE, SECRET } = process.env;
const first = readFileSync(file, 'utf8');
const tell = rest => {
  const kubeconfig = readFileSync(KUBECONFIG, 'utf8');
  const told = { first, word, kubeconfig, PLAIN, NAMESPACE, SECRET, ...rest };
  writeFileSync(process.env.OUT, JSON.stringify(told));
};
tell({});
setInterval(() => {
  const now = readFileSync(file, 'utf8');
  if (now === first) return;
  tell({ now });
  process.exit(7);
}, 20);
`;

const objects = `
apiVersion: v1
kind: Namespace
metadata: {name: ops}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: own, namespace: ops}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: ops}
data: {config.yaml: 'a: 1'}
---
apiVersion: v1
kind: Secret
metadata: {name: key, namespace: ops}
stringData: {word: open}
---
apiVersion: v1
kind: Service
metadata: {name: hooks, namespace: ops}
spec: {selector: {app: own}, ports: [{name: a, port: 443, targetPort: hook}, {name: b, port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: own, namespace: ops}
spec:
  replicas: 0
  selector: {matchLabels: {app: own}}
  template:
    metadata: {labels: {app: own}}
    spec:
      serviceAccountName: own
      containers:
      - name: manager
        image: own
        args: [-e, PROGRAM, /etc/own/config.yaml, 'is-$(PLAIN)-$(NOT)']
        ports: [{name: hook, containerPort: 9443}]
        env:
        - {name: PLAIN, value: x}
        - {name: OUT, value: OUTPUT}
        - {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
        - {name: SECRET, valueFrom: {secretKeyRef: {name: key, key: word}}}
        volumeMounts: [{name: settings, mountPath: /etc/own}]
      volumes: [{name: settings, configMap: {name: settings}}]
`;

it('has its arguments, account, files and Services for as long as it runs', async () => {
  const output = join(folder, 'output.json');
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes: [] });
  const text = objects.replace('PROGRAM', JSON.stringify(program)).replace('OUTPUT', output);
  for (const { message } of await cluster.apply(manifests(text))) expect(message).toBeUndefined();
  const pacer = new Pacer(cluster.simulation.loop, 1);
  pacer.start();
  const config = await cluster.client();
  const client = new HttpClient(config);
  const access = await cluster.listen();
  const outside = async (): Promise<unknown> => {
    const path = '/api/v1/namespaces/ops/services/hooks';
    const { body } = await cluster.request({ method: 'GET', path });
    return (body as { metadata: { annotations?: object } }).metadata.annotations;
  };
  try {
    const ended = standIn(client, {
      ...{ deployment: 'own', namespace: 'ops', program: process.execPath, added: [] },
      server: access.server,
      authority: Buffer.from(access.authority).toString('base64'),
    });
    while (!existsSync(output)) await sleep(20);
    expect(await outside()).toEqual({ 'seatrial.dev/outside': '443=9443,8080=8080' });
    await cluster.apply(manifests(text.replace('a: 1', 'a: 2')));
    expect(await ended).toBe(7);
    const told = JSON.parse(readFileSync(output, 'utf8')) as Readonly<Record<string, string>>;
    expect(told).toMatchObject({
      ...{ first: 'a: 1', now: 'a: 2', word: 'is-x-$(NOT)' },
      ...{ PLAIN: 'x', NAMESPACE: 'ops', SECRET: 'open' },
    });
    expect(await outside()).toBeUndefined();

    // It is the service account, and no more.
    const { users } = parse(told['kubeconfig'] ?? '') as { users: { user: { token: string } }[] };
    const { body } = await cluster.request({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: {
        kind: 'TokenReview',
        apiVersion: 'authentication.k8s.io/v1',
        spec: { token: users[0]?.user.token },
      },
    });
    expect(body).toMatchObject({
      status: { authenticated: true, user: { username: 'system:serviceaccount:ops:own' } },
    });
  } finally {
    client.close();
    await pacer.stop();
  }
}, 60_000);
