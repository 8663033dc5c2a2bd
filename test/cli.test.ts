/** The command line: what it prints where, how it ends, and that bad input is told with file, line and next step. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshFolder, seatrial, seatrialInto, startSeatrial } from './cli/seatrial.js';

const config = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
`;

function scenario(steps: string, cluster = '{ config: kind.yaml, operators: [] }'): string {
  return `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: trial }
spec:
  cluster: ${cluster}
  steps:
${steps}`;
}

const pod = (image: string): string => `apiVersion: v1
kind: Pod
metadata: { name: p }
spec:
  containers:
    - name: c
      image: ${image}
`;

describe('bad input', () => {
  const folder = freshFolder({
    'kind.yaml': config,
    'unknown-field.yaml': scenario('    - advanse: 5m\n'),
    'wrong-type.yaml': scenario('    - advance: 5\n'),
    'two-actions.yaml': scenario('    - advance: 5m\n      expect: { kind: Pod }\n'),
    'broken.yaml': 'apiVersion: [1\n',
    'unknown-operator.yaml': scenario('    - advance: 1s\n', '{ operators: [trainin-operator] }'),
    'kind-typo.yaml': config.replace('nodes', 'nodez'),
    'kind-quantity.yaml': `${config}    labels: { seatrial.dev/memory: 12GiB }\n`,
    'kind-label.yaml': `${config}    labels: { node-role.kubernetes.io/gpu: '' }\n`,
    'steps.yaml': scenario('    - advance: 1s\n'),
    'binary.yaml': 'a\0b',
    'list.yaml': '- 1\n',
    'definition.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: default }\n',
    'no-context.yaml': 'apiVersion: v1\nkind: Config\n',
    'no-cluster.yaml':
      'current-context: a\ncontexts: [{ name: a, context: { cluster: c, user: u } }]\n',
    'no-kind.yaml': 'apiVersion: v1\nmetadata: { name: p }\n',
    'kustomized/kustomization.yaml': 'resources: [pood.yaml]\n',
    'kustomized/pood.yaml': 'apiVersion: v1\nkind: Pood\nmetadata: { name: p }\n',
    'none/notes.yaml': 'a: 1\n',
    'unknown-kind.yaml': 'apiVersion: v1\nkind: Pood\nmetadata: { name: p }\n',
    'unknown-pod-field.yaml': pod('x').replace('image', 'imagee'),
  });
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      'an unknown field',
      ['run', 'unknown-field.yaml'],
      /unknown-field\.yaml:7: spec\.steps\[0\]\.advanse: unknown field "advanse"\n {2}next: did you mean advance\?/,
    ],
    ['what is no text', ['run', 'binary.yaml'], /binary\.yaml: it is no text\n {2}next: name /],
    [
      'a variant of a scenario without any',
      ['run', 'steps.yaml', '--variant', 'x'],
      /has no variant x\n {2}next: leave --variant out/,
    ],
    [
      'a port that is none',
      ['up', '--port', '99999'],
      /'99999' is invalid\. a port is at most 65535/,
    ],
    [
      'a duration that is none',
      ['campaign', '-f', folder, '--image', 'x', '--within', 'soon'],
      /'soon' is invalid\. "soon" is not a duration: write it as Go does: 90s, 1h30m\./,
    ],
    [
      'a prefix that no namespace can have',
      ['rbac', folder, '--namespace-prefix', 'A B'],
      /'A B' is invalid\. lower-case letters, digits and dashes/,
    ],
    [
      'a file that is no kubeconfig',
      ['up', '--kubeconfig', 'list.yaml'],
      /list\.yaml:1: not a kubeconfig, so it is left alone\n {2}next: /,
    ],
    [
      'a kubeconfig without a context',
      ['explain', 'pod/x', '--kubeconfig', 'no-context.yaml'],
      /no context is current in no-context\.yaml\n {2}next: it has no contexts: /,
    ],
    [
      'a context without its cluster',
      ['import', '--context', 'a', '--kubeconfig', 'no-cluster.yaml'],
      /no-cluster\.yaml: the cluster "c" of context a is not in it\n {2}next: add it/,
    ],
    [
      'a wrong type',
      ['run', 'wrong-type.yaml'],
      /wrong-type\.yaml:7: spec\.steps\[0\]\.advance: must be a string, is 5/,
    ],
    [
      'two actions in a step',
      ['run', 'two-actions.yaml'],
      /two-actions\.yaml:7: spec\.steps\[0\]: does expect and advance\n {2}next: make it 2 steps/,
    ],
    ['what is not YAML', ['run', 'broken.yaml'], /broken\.yaml:\d: not YAML/],
    [
      'an unknown operator',
      ['run', 'unknown-operator.yaml'],
      /no operator trainin-operator\n {2}next: did you mean training-operator\?/,
    ],
    [
      'a missing file',
      ['run', 'nowhere.yaml'],
      /no such file or folder: nowhere\.yaml\n {2}next: /,
    ],
    [
      'an unknown field of kind',
      ['up', '--config', 'kind-typo.yaml'],
      /kind-typo\.yaml:3: nodez: unknown field "nodez"\n {2}next: did you mean nodes\?/,
    ],
    [
      'an impossible quantity',
      ['up', '--config', 'kind-quantity.yaml'],
      /"12GiB" is not a quantity\n {2}next: /,
    ],
    [
      'a label that kubelets refuse',
      ['up', '--config', 'kind-label.yaml'],
      /kind-label\.yaml:5: .*node-role\.kubernetes\.io\/gpu/,
    ],
    [
      'a manifest without a kind',
      ['up', '--config', 'kind.yaml', '-f', 'no-kind.yaml'],
      /no-kind\.yaml:1: kind: is not set/,
    ],
    [
      'an unknown kind',
      ['up', '--config', 'kind.yaml', '-f', 'unknown-kind.yaml'],
      /unknown-kind\.yaml:1: .*no matches for kind "Pood" in version "v1"; did you mean Pod\?/,
    ],
    [
      'an unknown kind of a kustomization',
      ['up', '--config', 'kind.yaml', '-f', 'kustomized'],
      /kustomized\/pood\.yaml:1: .*no matches for kind "Pood"/,
    ],
    [
      'a folder without manifests',
      ['up', '-f', 'none'],
      /no manifests in none\n {2}next: name files/,
    ],
    [
      'a manifest that the API refuses',
      ['up', '--config', 'kind.yaml', '-f', 'unknown-pod-field.yaml'],
      /unknown-pod-field\.yaml:7: Pod p refused: .*unknown field "spec\.containers\[0\]\.imagee"\n  next: unknown-pod-field\.yaml:7: did you mean image\?/,
    ],
    ['an unknown command', ['upp'], /unknown command 'upp'\n\(Did you mean up\?\)/],
    [
      'an unknown flag',
      ['run', '--sed', '1'],
      /unknown option '--sed'\n\(Did you mean --seed\?\)\n\(see seatrial run --help\)/,
    ],
    ['an unknown reporter', ['run', '--reporter', 'junitt'], /no reporter junitt/],
  ];

  it.each(cases)('%s is told and ends with 2', (_what, words, message) => {
    const { code, stdout, stderr } = seatrial(folder, ...words);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(existsSync(join(folder, '.kube'))).toBe(false);
  });

  it.each([
    ['check', '-f', 'definition.yaml', '--static', '--write-baseline', 'list.yaml/b.json'],
    ['import', 'definition.yaml', '--output', 'list.yaml/incident'],
    ['up', '--kubeconfig', 'list.yaml/config'],
  ])('what cannot be written ends with 3, and is no defect: %s', (...words) => {
    const { code, stderr } = seatrial(folder, ...words);
    expect(stderr).toMatch(
      /the operating system refuses: E[A-Z]+: .*list\.yaml.*\n {2}next: check /,
    );
    expect(code).toBe(3);
  });
});

it.skipIf(!existsSync('/dev/full'))(
  'a full disk under its output ends it with 3 (/dev/full)',
  () => {
    const { code, stderr } = seatrialInto('/dev/full', freshFolder(), 'explain', 'gpu-held-once');
    expect(stderr).toBe(
      'error: the operating system refuses: ENOSPC: no space left on device, write\n' +
        '  next: check that there is room, and that it is there and can be read and written\n',
    );
    expect(code).toBe(3);
  },
);

describe('run', () => {
  const good = scenario(`    - apply: { files: [pod.yaml] }
    - wait: { kind: Pod, name: p, condition: Ready, within: 2m }
`);
  const broken = scenario(
    '    - expect: { kind: Node, match: { spec: { unschedulable: true } } }\n',
  );

  it('ends with 0 when all is as expected, the report on standard output', () => {
    const folder = freshFolder({ 'kind.yaml': config, 's.yaml': good, 'pod.yaml': pod('nginx') });
    const { code, stdout, stderr } = seatrial(folder, 'run', 's.yaml', '--seed', '3');
    expect(code).toBe(0);
    expect(stdout).toMatch(/scenarios: 1 passed, 0 failed \(seed 3\)/);
    expect(stderr).toMatch(/^seatrial \S+, seed 3\n/);
    expect(stderr).toMatch(/pod {5}p Running on kind-control-plane/);
  });

  it('ends with 1 when an expectation is broken, and names file and line', () => {
    const folder = freshFolder({ 'kind.yaml': config, 's.yaml': broken });
    const { code, stdout } = seatrial(folder, 'run', 's.yaml', '--quiet');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /s\.yaml:7: Node: kind-control-plane\.spec\.unschedulable is absent, not true/,
    );
  });

  it('ends with 5 when nothing ran', () => {
    const folder = freshFolder();
    const { code, stderr } = seatrial(folder, 'run', '.');
    expect(stderr).toBe(
      'no scenario.yaml in .\n  next: name a scenario file, or a folder that holds a scenario.yaml\n',
    );
    expect(code).toBe(5);
    expect(seatrial(folder, 'run', '.', '--pass-with-no-tests').code).toBe(0);
  });

  it('writes JUnit and JSON', () => {
    const folder = freshFolder({ 'kind.yaml': config, 's.yaml': broken });
    const words = ['--outputFile', 'junit=r.xml', '--outputFile', 'json=r.json', '-q'];
    const { code, stdout } = seatrial(folder, 'run', 's.yaml', '--reporter', 'default', ...words);
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAILED/);
    expect(readFileSync(join(folder, 'r.xml'), 'utf8')).toMatch(
      /<testsuite name="trial" tests="\d+" failures="1"/,
    );
    const report = JSON.parse(readFileSync(join(folder, 'r.json'), 'utf8')) as { kind: string };
    expect(report.kind).toBe('Report');
  });

  it('ends with 130 on Ctrl-C, and still reports', async () => {
    const folder = freshFolder({
      'kind.yaml': config,
      's.yaml': scenario('    - advance: 100000h\n'),
    });
    const running = startSeatrial(folder, 'run', 's.yaml');
    await running.says('advance 100000h');
    running.process.kill('SIGINT');
    const { code, stdout } = await running.ended();
    expect(stdout).toMatch(/scenarios: /);
    expect(code).toBe(130);
  });

  it('takes seed and scenarios from seatrial.config.yaml, which a flag overrules', () => {
    const folder = freshFolder({
      'kind.yaml': config,
      's.yaml': good,
      'pod.yaml': pod('nginx'),
      'seatrial.config.yaml': 'seed: 11\nscenarios: [s.yaml]\n',
    });
    expect(seatrial(folder, 'run', '-q').stdout).toMatch(/\(seed 11\)/);
    expect(seatrial(folder, 'run', '-q', '--seed', '4').stdout).toMatch(/\(seed 4\)/);
  });

  it('has one digest for one seed', () => {
    const folder = freshFolder({ 'kind.yaml': config, 's.yaml': good, 'pod.yaml': pod('nginx') });
    const digestOf = (seed: string): string | undefined =>
      /digest (\w+)/.exec(seatrial(folder, 'run', 's.yaml', '-q', '--seed', seed).stdout)?.[1];
    const digest = digestOf('5');
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(digestOf('5')).toBe(digest);
    expect(digestOf('6')).not.toBe(digest);
  });
});

describe('up', () => {
  const mine = `apiVersion: v1
kind: Config
# my comment
current-context: mine
clusters: [{ name: mine, cluster: { server: https://mine.example } }]
contexts: [{ name: mine, context: { cluster: mine, user: me } }]
users: [{ name: me, user: { token: secret } }]
`;

  it('merges into the kubeconfig, and Ctrl-C leaves nothing behind', async () => {
    const folder = freshFolder({ 'kind.yaml': config, kubeconfig: mine });
    const running = startSeatrial(
      folder,
      'up',
      '--config',
      'kind.yaml',
      '--kubeconfig',
      'kubeconfig',
    );
    await running.says('is up at');
    const merged = readFileSync(join(folder, 'kubeconfig'), 'utf8');
    expect(merged).toMatch(/current-context: seatrial\n/);
    expect(merged).toMatch(/# my comment/);
    expect(merged).toMatch(/mine\.example/);
    running.process.kill('SIGINT');
    expect((await running.ended()).code).toBe(0);
    const after = readFileSync(join(folder, 'kubeconfig'), 'utf8');
    expect(after).toMatch(/current-context: mine\n/);
    expect(after).not.toMatch(/seatrial/);
    expect(existsSync(join(folder, '.seatrial'))).toBe(false);
  });

  it('writes a kubeconfig of its own, is steered by time, and goes down', async () => {
    const folder = freshFolder({ 'kind.yaml': config });
    const words = ['--config', 'kind.yaml', '--separate', 'own', '--name', 'other'];
    const running = startSeatrial(folder, 'up', ...words);
    await running.says('is up at');
    const time = (...more: string[]) => seatrial(folder, 'time', ...more, '--name', 'other');
    const paused = time('pause');
    expect(paused.stdout).toMatch(/\(paused\)/);
    const [before = ''] = paused.stdout.split(' ');
    const [after = ''] = time('forward', '1h').stdout.split(' ');
    expect(Date.parse(after) - Date.parse(before)).toBe(3_600_000);
    expect(time('resume', '--speed', '60x').stdout).toMatch(/\(60x\)/);
    // Not waited for in one breath: a child that has ended is only gone once its parent has noticed.
    const down = startSeatrial(folder, 'down', '--name', 'other');
    expect((await down.ended()).code).toBe(0);
    await running.ended();
    expect(existsSync(join(folder, 'own'))).toBe(false);
    expect(seatrial(folder, 'down', '--name', 'other').code).toBe(2);
  });

  it('says that a port is in use and ends with 3', async () => {
    const taken = createServer();
    await new Promise<void>(done => taken.listen(0, '127.0.0.1', done));
    const { port } = taken.address() as { port: number };
    const folder = freshFolder({ 'kind.yaml': config });
    const { code, stderr } = seatrial(
      folder,
      'up',
      '--config',
      'kind.yaml',
      '--port',
      String(port),
    );
    taken.close();
    expect(stderr).toMatch(new RegExp(`port ${port} is in use\n {2}next: `));
    expect(code).toBe(3);
  });

  it('leaves a kubeconfig alone that it cannot read', () => {
    const folder = freshFolder({ 'kind.yaml': config, bad: 'clusters: [1\n' });
    const { code, stderr } = seatrial(folder, 'up', '--config', 'kind.yaml', '--kubeconfig', 'bad');
    expect(stderr).toMatch(/bad:\d+: not YAML, so it is left alone/);
    expect(code).toBe(2);
    expect(readFileSync(join(folder, 'bad'), 'utf8')).toBe('clusters: [1\n');
  });
});

describe('help and version', () => {
  it.each([
    ['--help'],
    ['run', '--help'],
    ['up', '--help'],
    ['down', '--help'],
    ['time', '--help'],
    ['version', '--help'],
  ])('%s %s is on standard output', (...words) => {
    const { code, stdout } = seatrial(freshFolder(), ...words);
    expect(stdout).toMatch(/^Usage: seatrial/);
    expect(code).toBe(0);
  });

  it('version tells both versions', () => {
    const { version } = JSON.parse(readFileSync(resolve('package.json'), 'utf8')) as {
      version: string;
    };
    const { stdout } = seatrial(freshFolder(), 'version', '-o', 'json');
    expect(JSON.parse(stdout)).toEqual({ seatrial: version, kubernetes: 'v1.36.2' });
  });
});
