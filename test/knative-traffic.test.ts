/** Knative Serving under traffic: the activator, the side-cars and the gateway, and what the autoscaler makes of it. */
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../sim/api/object.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

const root = '/apis/serving.knative.dev/v1/namespaces/default';
const image = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
const scale = 'autoscaling.knative.dev';
const deployment = '/apis/apps/v1/namespaces/default/deployments/hello-00001-deployment';
const host = 'http://hello.default.svc.cluster.local';

let cluster: SimulatedCluster | undefined;
afterEach(() => cluster?.[Symbol.asyncDispose]());

interface Known extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

class Team {
  static async boot(): Promise<Team> {
    const options = simulationOptions({ seed: 1, operators: ['knative-serving'] });
    cluster = await bootSimulatedCluster(options);
    await cluster.advance('20s');
    return new Team(cluster);
  }

  constructor(readonly on: SimulatedCluster) {}

  async get(path: string): Promise<Known> {
    return (await this.on.request({ method: 'GET', path })).body as Known;
  }

  async serve(annotations: Readonly<Record<string, string>> = {}, more: object = {}) {
    const spec = { containers: [{ image, args: ['netexec'] }], ...more };
    const apiVersion = 'serving.knative.dev/v1';
    const template = { metadata: { annotations }, spec };
    const metadata = { name: 'hello' };
    const body = { apiVersion, kind: 'Service', metadata, spec: { template } };
    const answer = await this.on.request({ method: 'POST', path: `${root}/services`, body });
    expect(answer.status).toBe(201);
    await this.on.advance('10s');
  }

  /** A pod that runs a script. */
  async run(name: string, script: string): Promise<void> {
    const containers = [{ name: 'c', image, command: ['sh', '-c', script] }];
    const body = {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
      spec: { restartPolicy: 'Never', containers },
    };
    await this.on.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', body });
  }

  async log(name: string): Promise<readonly string[]> {
    const path = `/api/v1/namespaces/default/pods/${name}/log`;
    const { body } = await this.on.request({ method: 'GET', path });
    const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
    return text.trimEnd().split('\n');
  }

  async replicas(): Promise<unknown> {
    return (await this.get(deployment)).spec?.['replicas'];
  }

  async modeOfService(): Promise<unknown> {
    const path =
      '/apis/networking.internal.knative.dev/v1alpha1/namespaces/default/serverlessservices';
    return (await this.get(`${path}/hello-00001`)).spec?.['mode'];
  }
}

/** So many requests one after the other, each of which takes so long. */
function loop(requests: number, seconds: number): string {
  const url = `${host}/shell?shellCommand=sleep%20${seconds}`;
  const once = `curl -s -o /dev/null -w "%{http_code}\\n" "${url}"`;
  return `i=0; while [ $i -lt ${requests} ]; do ${once}; i=$((i+1)); done`;
}

describe('a revision under traffic', () => {
  it('goes to zero without requests, and comes back for one, which waits for its pod', async () => {
    const team = await Team.boot();
    await team.serve();
    await team.on.advance('45s');
    expect(await team.replicas()).toBe(1);
    await team.on.advance('25s');
    expect(await team.replicas()).toBe(0);
    const revision = await team.get(`${root}/revisions/hello-00001`);
    expect(JSON.stringify(revision.status?.['conditions'])).toContain('"reason":"NoTraffic"');
    expect(JSON.stringify((await team.get(`${root}/services/hello`)).status)).toContain(
      '"type":"Ready","status":"True"',
    );
    await team.on.advance('60s');
    await team.run('client', `curl -s -w " %{http_code}\\n" ${host}/hostname`);
    await team.on.advance('20s');
    expect(await team.log('client')).toEqual([
      expect.stringMatching(/^hello-00001-deployment-.* 200$/),
    ]);
    expect(await team.replicas()).toBe(1);
  });

  it('has as many pods as its concurrent requests need, in panic at once, and fewer later', async () => {
    const team = await Team.boot();
    await team.serve({ [`${scale}/target`]: '2', [`${scale}/max-scale`]: '5' });
    for (let index = 0; index < 6; index++) await team.run(`load-${index}`, loop(20, 2));
    await team.on.advance('20s');
    // Six at once, of which a pod is to bear 70 % of two.
    expect(await team.replicas()).toBe(5);
    await team.on.advance('30s');
    expect(await team.log('load-0')).toEqual(Array.from({ length: 20 }, () => '200'));
    await team.on.advance('120s');
    expect(await team.replicas()).toBe(0);
  });

  it('is scaled by requests a second where it says so', async () => {
    const team = await Team.boot();
    await team.serve({ [`${scale}/metric`]: 'rps', [`${scale}/target`]: '2' });
    const once = `curl -s -o /dev/null ${host}/hostname`;
    await team.run('load', `i=0; while [ $i -lt 200 ]; do ${once}; sleep 0.25; i=$((i+1)); done`);
    await team.on.advance('40s');
    // Nearly four a second, of which a pod is to bear 70 % of two.
    expect(await team.replicas()).toBe(3);
  });

  it('has no activator before it when its pods can take any burst', async () => {
    const team = await Team.boot();
    const more = { [`${scale}/target-burst-capacity`]: '0', [`${scale}/min-scale`]: '1' };
    await team.serve(more, { containerConcurrency: 1 });
    await team.on.advance('10s');
    expect(await team.modeOfService()).toBe('Serve');
    const own = await team.get('/api/v1/namespaces/default/endpoints/hello-00001');
    const [pod] = (await team.get('/api/v1/namespaces/default/pods'))['items'] as Known[];
    expect(JSON.stringify(own['subsets'])).toContain(`"ip":"${String(pod?.status?.['podIP'])}"`);
    await team.run('client', `curl -s -w " %{http_code}\\n" ${host}/hostname`);
    await team.on.advance('10s');
    expect(await team.log('client')).toEqual([expect.stringMatching(/ 200$/)]);
  });

  it('answers by the shares and the tags of its route', async () => {
    const team = await Team.boot();
    await team.serve({ [`${scale}/min-scale`]: '1' });
    const containers = [{ image, args: ['netexec'], env: [{ name: 'B', value: '2' }] }];
    const annotations = { [`${scale}/min-scale`]: '1' };
    const traffic = [
      { revisionName: 'hello-00001', percent: 75 },
      { latestRevision: true, percent: 25, tag: 'new' },
    ];
    await team.on.request({
      method: 'PATCH',
      path: `${root}/services/hello`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { template: { metadata: { annotations }, spec: { containers } }, traffic } },
    });
    await team.on.advance('20s');
    const each = (count: number, url: string): string =>
      `i=0; while [ $i -lt ${count} ]; do curl -s ${url}/hostname; echo; i=$((i+1)); done`;
    await team.run('all', each(100, host));
    await team.run('tagged', each(5, host.replace('hello', 'new-hello')));
    await team.on.advance('30s');
    const shares = (await team.log('all')).filter(line => line.startsWith('hello-00002')).length;
    expect(shares).toBeGreaterThan(12);
    expect(shares).toBeLessThan(40);
    for (const line of await team.log('tagged')) expect(line).toMatch(/^hello-00002-/);
  });

  it('ends its pods only when their endpoints are forgotten', async () => {
    const team = await Team.boot();
    await team.serve();
    await team.on.advance('70s');
    expect(await team.replicas()).toBe(0);
    const podsLeft = async () =>
      ((await team.get('/api/v1/namespaces/default/pods'))['items'] as readonly Known[]).length;
    expect(await podsLeft()).toBe(1);
    await team.on.advance('40s');
    expect(await podsLeft()).toBe(0);
    const events = JSON.stringify(await team.get('/api/v1/namespaces/default/events'));
    expect(events).not.toContain('FailedPreStopHook');
  });
});
