/** The command line of planning: explain and plan, on a snapshot and on a running cluster. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshFolder, seatrial, startSeatrial } from './cli/seatrial.js';

const snapshot = `apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Node
    metadata: { name: gpu-1, labels: { kubernetes.io/hostname: gpu-1, pool: gpu } }
    spec:
      taints: [{ key: nvidia.com/gpu, value: present, effect: NoSchedule }]
    status:
      conditions: [{ type: Ready, status: 'True' }]
      allocatable: { cpu: '16', memory: 64Gi, pods: '110', nvidia.com/gpu: '4' }
  - apiVersion: v1
    kind: Pod
    metadata: { name: busy, namespace: default }
    spec:
      nodeName: gpu-1
      priority: 0
      containers:
        - name: c
          image: i
          resources:
            requests: { cpu: '2', nvidia.com/gpu: '1' }
            limits: { nvidia.com/gpu: '1' }
    status: { phase: Running }
  - apiVersion: v1
    kind: Pod
    metadata: { name: trainer, namespace: default }
    spec:
      tolerations: [{ key: nvidia.com/gpu, operator: Exists }]
      containers:
        - name: c
          image: i
          resources: { requests: { nvidia.com/gpu: '4' }, limits: { nvidia.com/gpu: '4' } }
    status: { phase: Pending }
`;

describe('explain', () => {
  const folder = freshFolder({ 'cluster.yaml': snapshot, 'empty.yaml': 'kind: List\nitems: []\n' });

  it('tells of a pod of a snapshot, plug-in by plug-in, and what would do', () => {
    const { code, stdout } = seatrial(
      folder,
      'explain',
      'pod/trainer',
      '--cluster',
      'cluster.yaml',
    );
    expect(stdout).toMatch(/pod default\/trainer waits: 0\/1 nodes are available: 1 Insufficient/);
    expect(stdout).toMatch(/NodeResourcesFit: .*: asks for 4 nvidia\.com\/gpu, 3 of 4 free/);
    expect(stdout).toMatch(/let container c request nvidia\.com\/gpu 3 instead of 4/);
    expect(code).toBe(0);
  });

  it('tells it as JSON', () => {
    const words = ['--cluster', 'cluster.yaml', '-o', 'json'];
    const told: unknown = JSON.parse(seatrial(folder, 'explain', 'pod/trainer', ...words).stdout);
    expect(told).toMatchObject({ pod: 'default/trainer', change: { node: 'gpu-1' } });
  });

  it.each([
    ['an unknown pod', ['pod/trainr', '--cluster', 'cluster.yaml'], /did you mean pod\/trainer\?/],
    ['what is no pod', ['job/x', '--cluster', 'cluster.yaml'], /"job\/x" is not a pod\n {2}next: /],
    [
      'an empty snapshot',
      ['pod/x', '--cluster', 'empty.yaml'],
      /holds no nodes\n {2}next: take one/,
    ],
    ['a missing file', ['pod/x', '--cluster', 'nowhere'], /no such file: nowhere/],
    ['no kubeconfig', ['pod/x'], /cannot read the kubeconfig .*\n {2}next: /],
  ])('%s is told and ends with 2', (_what, words, message) => {
    const { code, stdout, stderr } = seatrial(folder, 'explain', ...words);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('reads a running cluster', async () => {
    const home = freshFolder();
    const manifest = `apiVersion: v1
kind: Pod
metadata: { name: p, namespace: default }
spec:
  containers: [{ name: c, image: i, resources: { requests: { cpu: '1000' } } }]
`;
    writeFileSync(join(home, 'p.yaml'), manifest);
    const running = startSeatrial(home, 'up', '-f', 'p.yaml', '--separate', 'own', '--seed', '1');
    await running.says('is up at');
    const explained = (...more: string[]) =>
      seatrial(home, 'explain', 'pod/p', '--kubeconfig', 'own', ...more);
    const now = explained();
    const [start = ''] = seatrial(home, 'time', 'pause').stdout.split(' ');
    const [end = ''] = seatrial(home, 'time', 'forward', '20m').stdout.split(' ');
    const later = explained('--at', new Date(Date.parse(end) - 240_000).toISOString());
    const forgotten = [explained('--at', start), explained('--at', '400')];
    running.process.kill('SIGINT');
    await running.ended();
    expect(now.stdout).toMatch(/pod default\/p waits: 0\/4 nodes/);
    expect(now.stdout).toMatch(/request cpu \d+ instead of 1k?/);
    expect(now.code).toBe(0);
    expect(later.stdout).toMatch(/pod default\/p waits: 0\/4 nodes/);
    // What is served for days remembers no more than etcd does.
    for (const { code, stderr } of forgotten) {
      expect(stderr).toMatch(/(forgotten|too old\.)\n {2}next: .* the last five to ten minutes/);
      expect(code).toBe(2);
    }
  });
});

describe('plan', () => {
  const job = (gpus: number, priority: number): string => `apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: { name: training }
value: ${priority}
---
apiVersion: batch/v1
kind: Job
metadata: { name: train, namespace: ml }
spec:
  parallelism: 3
  completions: 3
  template:
    spec:
      restartPolicy: Never
      priorityClassName: training
      tolerations: [{ key: nvidia.com/gpu, operator: Exists }]
      containers: [{ name: c, image: i, resources: { limits: { nvidia.com/gpu: ${gpus} } } }]
`;
  const folder = freshFolder({
    'cluster.yaml': snapshot,
    'fits.yaml': job(1, 0),
    'waits.yaml': job(2, 0),
    'preempts.yaml': job(2, 1000),
    'typo.yaml': job(1, 0).replace('parallelism', 'paralelism'),
  });
  it('builds a kustomization and reckons on the nodes of a kind configuration', () => {
    const kinds = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n';
    const built = freshFolder({
      'kind.yaml': `${kinds}  - role: control-plane\n  - role: worker\n`,
      'kustomization.yaml': 'resources: [job.yaml]\nnamePrefix: my-\n',
      'job.yaml': job(1, 0),
    });
    const words = ['plan', '-f', 'kustomization.yaml', '--config', 'kind.yaml'];
    const { code, stdout } = seatrial(built, ...words);
    expect([code, stdout]).toEqual([1, expect.stringContaining('0 placed, 3 waiting')]);
    expect(stdout).toContain('ml/my-train-');
  });

  const plan = (file: string, ...more: string[]) =>
    seatrial(folder, 'plan', '-f', file, '--cluster', 'cluster.yaml', ...more);

  it('ends with 0 when all fits', () => {
    const { code, stdout } = plan('fits.yaml');
    expect(stdout).toMatch(/^all fits: 3 placed, 0 waiting, 0 preempted\n/);
    expect(stdout).toMatch(/waiting already before:\n {2}default\/trainer\n/);
    expect(code).toBe(0);
  });

  it('ends with 1 when something waits, and says why and what would do', () => {
    const { code, stdout } = plan('waits.yaml');
    expect(stdout).toMatch(/^not all fits: 1 placed, 2 waiting, 0 preempted\n/);
    expect(stdout).toMatch(/0\/1 nodes are available: 1 Insufficient nvidia\.com\/gpu\./);
    expect(stdout).toMatch(/for gpu-1\): let container c request nvidia\.com\/gpu 1 instead of 2/);
    expect(code).toBe(1);
  });

  it('ends with 1 when a pod would be preempted, and names it', () => {
    const { code, stdout } = plan('preempts.yaml', '-o', 'json');
    const told = JSON.parse(stdout) as { readonly preempted: unknown };
    expect(told.preempted).toEqual([
      { pod: 'default/busy', node: 'gpu-1', by: expect.stringMatching(/^ml\/train-/) as string },
    ]);
    expect(code).toBe(1);
  });

  it('says what is wrong with a manifest and ends with 2', () => {
    const { code, stderr } = plan('typo.yaml');
    expect(stderr).toMatch(
      /typo\.yaml:10: Job train refused: .*unknown field "spec\.paralelism"\n  next: .*did you mean parallelism\?/,
    );
    expect(code).toBe(2);
    expect(seatrial(folder, 'plan', '--cluster', 'cluster.yaml').stderr).toMatch(/-f/);
  });
});
