/** `seatrial check` as a command: what it prints where, its exit codes, its next steps. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshFolder, seatrial } from '../cli/seatrial.js';

const good = '{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }\n';
const bad = `apiVersion: v1
kind: Service
metadata: { name: a }
spec:
  ports:
    - port: 99999
`;

describe('seatrial check', () => {
  const folder = freshFolder({
    'good.yaml': good,
    'bad.yaml': bad,
    'broken.yaml': 'a: [1\n',
    'empty.yaml': '# nothing\n',
    'unknown.yaml': '{ apiVersion: a.test/v1, kind: Whatever, metadata: { name: w } }\n',
    'gpu.yaml': `apiVersion: v1
kind: Pod
metadata: { name: p }
spec:
  containers:
    - { name: c, image: i, resources: { limits: { nvidia.com/gpu: 64 } } }
`,
    'kind.yaml': `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
  - role: worker
    labels: { nvidia.com/gpu.count: '2', nvidia.com/gpu.product: Tesla-T4 }
`,
  });
  const check = (...words: readonly string[]) => seatrial(folder, 'check', ...words);

  it('passes, and says that no cluster was asked', () => {
    const { code, stdout } = check('-f', 'good.yaml');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1 object of 1 kind in good\.yaml\n/);
    expect(stdout).toContain('no cluster was named');
    expect(stdout).toContain('no voyages were tried: nothing runs by objects of these kinds');
    const unknown = check('-f', 'unknown.yaml');
    expect(unknown.stdout).toContain(
      'no voyages were tried: Whatever w: nobody defines their kind',
    );
  });

  it('ends with 1 on an error, with its line and the way on', () => {
    const { code, stdout } = check('bad.yaml', '--static');
    expect(code).toBe(1);
    expect(stdout).toMatch(/error {3}SEA006 server-refuses {2}bad\.yaml:6/);
    expect(stdout).toContain('npx seatrial explain SEA006');
    expect(seatrial(folder, 'explain', 'SEA006').stdout).toMatch(/why it bites:/);
  });

  it('asks the cluster that is named', () => {
    const { code, stdout } = check('-f', 'gpu.yaml', '--static', '--config', 'kind.yaml');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /SEA101 never-schedules .*gpu\.yaml:\d+[\s\S]*Insufficient nvidia\.com\/gpu/,
    );
    expect(check('-f', 'gpu.yaml', '--static').code).toBe(0);
  });

  it.each([
    ['nothing named', [], /nothing to check\n {2}next: name manifests/],
    ['no such file', ['-f', 'none.yaml'], /no such file: none\.yaml/],
    ['broken YAML', ['-f', 'broken.yaml'], /broken\.yaml:\d+: not YAML/],
    ['a wrong reporter', ['-f', 'good.yaml', '--reporter', 'xml'], /no reporter xml/],
    ['a wrong law', ['-f', 'gpu.yaml', '--laws', 'gpu-held-onc'], /did you mean gpu-held-once\?/],
    ['a wrong fault', ['-f', 'gpu.yaml', '--faults', 'node-dwn'], /did you mean node-down\?/],
    ['two clusters', ['-f', 'good.yaml', '--config', 'a', '--cluster', 'b'], /both say which/],
  ])('ends with 2 on %s', (_name, words, message) => {
    const { code, stderr } = check(...words);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('ends with 5 when there is nothing to check', () => {
    expect(check('-f', 'empty.yaml').code).toBe(5);
    expect(check('-f', 'empty.yaml', '--pass-with-no-tests').code).toBe(0);
  });

  it('reads standard input', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [resolve('dist/bin/seatrial.js'), 'check', '-f', '-', '--static'],
      { cwd: folder, encoding: 'utf8', input: bad },
    );
    expect(status).toBe(1);
    expect(stdout).toContain('(stdin):6');
  });

  it('knows by a baseline what was there before', () => {
    expect(check('-f', 'bad.yaml', '--write-baseline', 'baseline.json').code).toBe(0);
    const { code, stdout } = check('-f', 'bad.yaml', '--static', '--baseline', 'baseline.json');
    expect(code).toBe(0);
    expect(stdout).toMatch(/no errors, .* silenced by the baseline/);
  });

  it('writes reports to files', () => {
    check('-f', 'bad.yaml', '--static', '--reporter', 'junit', '--outputFile', 'junit.xml');
    expect(readFileSync(join(folder, 'junit.xml'), 'utf8')).toMatch(/<failure message=/);
  });

  it('sails, and says what was tried', () => {
    const words = [
      '-f',
      'gpu.yaml',
      '--runs',
      '3',
      '--seed',
      '1',
      '--workers',
      '2',
      '--faults',
      'none',
    ];
    const { stdout, stderr, code } = check(...words);
    expect(stderr).toMatch(/seed 1\n/);
    expect(stdout).toMatch(/3 voyages, no law broken; this is what was tried \(seed 1; /);
    expect(stdout).toMatch(/what was let happen\nevent +times/);
    expect(code).toBe(0);
  });
});
