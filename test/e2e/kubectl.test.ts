/** kubectl as it is works against `seatrial up`: the commands that users begin with. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshFolder, startSeatrial, type Running } from '../cli/seatrial.js';

/** kubectl 1.36 where CI put it, and every other from 1.32 on that the machine has. */
function kubectls(): string[] {
  const own = resolve('.cache/bin/kubectl');
  const found = spawnSync('sh', ['-c', 'command -v kubectl'], { encoding: 'utf8' }).stdout.trim();
  const folder = found === '' ? '' : dirname(realpathSync(found));
  const siblings = folder === '' ? [] : readdirSync(folder);
  const others = siblings.filter(name => /^kubectl\.1\.3[2-6]$/.test(name));
  return [...(existsSync(own) ? [own] : []), ...others.map(name => join(folder, name))];
}

const binaries = kubectls();
const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      tolerations: [{ operator: Exists }]
      containers: [{ name: c, image: busybox, command: [sh, -c, 'echo hello; sleep 100000'] }]
`;

const forwarded = `apiVersion: v1
kind: Pod
metadata: { name: shell }
spec: { containers: [{ name: c, image: busybox, command: [sh, -c, sleep 100000] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: server }
spec:
  containers:
    - name: c
      image: registry.k8s.io/e2e-test-images/agnhost:2.53
      args: [netexec, --http-port=8080]
`;

describe.skipIf(binaries.length === 0)(
  'kubectl (skipped: there is no kubectl from 1.32 on)',
  () => {
    const folder = freshFolder({ 'web.yaml': manifest, 'forwarded.yaml': forwarded });
    let running: Running;

    beforeAll(async () => {
      running = startSeatrial(
        folder,
        'up',
        '--seed',
        '1',
        '--separate',
        'config',
        '--speed',
        '20x',
      );
      await running.says('is up at');
    });
    afterAll(async () => {
      running.process.kill('SIGINT');
      await running.ended();
    });

    describe.each(binaries)('%s', binary => {
      const kubectl = (...words: readonly string[]) => {
        const { status, stdout, stderr } = spawnSync(
          binary,
          ['--kubeconfig', 'config', '--cache-dir', `cache-${binary.slice(-4)}`, ...words],
          { cwd: folder, encoding: 'utf8', timeout: 60_000 },
        );
        return { status, stdout, stderr };
      };
      const ok = (...words: readonly string[]): string => {
        const { status, stdout, stderr } = kubectl(...words);
        expect(status, `kubectl ${words.join(' ')}: ${stderr}`).toBe(0);
        return stdout;
      };

      it('lists nodes with the real columns', () => {
        const [head = '', ...rows] = ok('get', 'nodes').trimEnd().split('\n');
        expect(head.split(/\s+/)).toEqual(['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION']);
        expect(rows).toHaveLength(4);
        expect(rows.every(row => / Ready /.test(row))).toBe(true);
        expect(
          ok('get', 'nodes', '-o', 'jsonpath={.items[1].status.allocatable.nvidia\\.com/gpu}'),
        ).toBe('4');
      });

      it('applies, waits, describes, reads logs, scales, watches a roll-out, deletes', () => {
        expect(ok('apply', '-f', 'web.yaml')).toBe('deployment.apps/web created\n');
        expect(ok('apply', '-f', 'web.yaml')).toBe('deployment.apps/web unchanged\n');
        expect(ok('rollout', 'status', 'deployment/web', '--timeout=50s')).toMatch(
          /successfully rolled out/,
        );
        expect(ok('wait', '--for=condition=Available', 'deployment/web', '--timeout=50s')).toBe(
          'deployment.apps/web condition met\n',
        );
        expect(ok('logs', 'deployment/web')).toMatch(/hello/);
        const described = ok('describe', 'pods', '-l', 'app=web', '--show-events');
        expect(described).toMatch(/^Status: +Running$/m);
        expect(described).toMatch(
          /Normal +Scheduled .* +default-scheduler +Successfully assigned default\/web/,
        );
        expect(ok('exec', 'deployment/web', '--', 'echo', 'from within')).toBe('from within\n');
        const { status, stderr } = kubectl('exec', 'deployment/web', '--', 'sh', '-c', 'exit 3');
        expect([status, stderr]).toEqual([3, 'command terminated with exit code 3\n']);
        expect(ok('scale', 'deployment/web', '--replicas=3')).toBe('deployment.apps/web scaled\n');
        ok('rollout', 'status', 'deployment/web', '--timeout=50s');
        expect(ok('get', 'deployment', 'web')).toMatch(/^web +3\/3 +3 +3 /m);
        expect(ok('get', 'pods', '-o', 'wide', '-l', 'app=web').trimEnd().split('\n')).toHaveLength(
          4,
        );
        expect(ok('delete', '-f', 'web.yaml', '--timeout=50s')).toMatch(
          /deployment.apps "web" deleted/,
        );
      });

      it('pipes into a container, and forwards a port of a pod', async () => {
        ok('apply', '-f', 'forwarded.yaml');
        ok('wait', '--for=condition=Ready', 'pod/shell', 'pod/server', '--timeout=50s');
        const piped = spawnSync(
          binary,
          ['--kubeconfig', 'config', 'exec', '-i', 'shell', '--', 'sh'],
          { cwd: folder, encoding: 'utf8', input: 'x=1\necho "x is $x"\nexit 4\n' },
        );
        expect([piped.stdout, piped.status]).toEqual(['x is 1\n', 4]);
        const forward = spawn(
          binary,
          ['--kubeconfig', 'config', 'port-forward', 'pod/server', ':8080'],
          { cwd: folder },
        );
        try {
          const [line] = (await once(forward.stdout, 'data')) as [Buffer];
          const port = /127\.0\.0\.1:(\d+) -> 8080/.exec(line.toString())?.[1] ?? '';
          for (let attempt = 0; attempt < 2; attempt++) {
            const answer = await fetch(`http://127.0.0.1:${port}/hostname`);
            expect([answer.status, await answer.text()]).toEqual([200, 'server']);
          }
        } finally {
          forward.kill();
        }
        ok('delete', '-f', 'forwarded.yaml', '--now');
      });

      it('watches', () => {
        const script = `timeout 4 ${binary} --kubeconfig config get configmaps -w -o name & sleep 1.5; ${binary} --kubeconfig config create configmap seen-${binary.slice(-2)} --from-literal=a=b >&2; wait; true`;
        const { stdout } = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' });
        expect(stdout).toMatch(new RegExp(`^configmap/seen-${binary.slice(-2)}$`, 'm'));
        ok('delete', 'configmap', `seen-${binary.slice(-2)}`);
      });

      it('tops, explains, asks what may be done, and tells what is wrong', () => {
        expect(ok('top', 'nodes')).toMatch(/^NAME +CPU\(cores\)/);
        expect(ok('explain', 'pod.spec.nodeName')).toMatch(/FIELD: +nodeName <string>/);
        expect(ok('auth', 'can-i', 'create', 'pods').trim()).toBe('yes');
        expect(kubectl('get', 'pod', 'nobody').stderr).toMatch(/pods "nobody" not found/);
        expect(ok('api-resources', '--api-group=kubeflow.org')).toMatch(
          /mxjobs +kubeflow.org\/v1 +true +MXJob/,
        );
      });
    });
  },
);
