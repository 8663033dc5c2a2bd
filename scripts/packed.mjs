/**
 * The package as users get it: packed, unpacked beside nothing but its dependencies, and used. What the
 * `files` of package.json leave out, or what only the sources' loader could run, shows here. The build
 * (`npm run build`) is taken as it is.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const manifests = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          ports: [{ containerPort: 8080 }]
          resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 64Mi } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
`;

const scratch = mkdtempSync(join(tmpdir(), 'seatrial-packed-'));
try {
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], {
      encoding: 'utf8',
    }),
  );
  const home = join(scratch, 'node_modules', 'seatrial');
  mkdirSync(home, { recursive: true });
  const tarball = join(scratch, packed[0].filename);
  execFileSync('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);
  linkDependencies(home);
  writeFileSync(join(scratch, 'web.yaml'), manifests);
  const bin = join(home, 'dist/bin/seatrial.js');
  const checked = run(bin, [
    'check',
    '-f',
    'web.yaml',
    '--runs',
    '6',
    '--seed',
    '1',
    '--workers',
    '2',
  ]);
  expect(checked, 0, /^6 voyages, no law broken/m);
  const one = run(bin, ['check', '-f', 'web.yaml', '--runs', '6', '--seed', '1', '--workers', '1']);
  if (one.stdout !== checked.stdout) fail('one thread tells another story than two', one);
  const scenario = 'node_modules/seatrial/scenarios/inference-service';
  expect(run(bin, ['run', scenario, '--seed', '1']), 0, /passed/);
  const library = "import('seatrial').then(m => console.log(Object.keys(m).length > 0))";
  expect(run('-e', [library]), 0, /true/);
  console.log(`the package works as it is packed: ${packed[0].entryCount} files`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Only what package.json names: a thread that needed tsx would find none. */
function linkDependencies(home) {
  const { dependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const link = join(scratch, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve('node_modules', name), link);
  }
}

function run(file, args) {
  const env = { ...process.env, NO_COLOR: '1', HOME: scratch };
  delete env.GITHUB_ACTIONS;
  delete env.AI_AGENT;
  return spawnSync(process.execPath, [file, ...args], { cwd: scratch, encoding: 'utf8', env });
}

function expect(ended, code, pattern) {
  if (ended.status !== code) fail(`it ended with ${ended.status}, not ${code}`, ended);
  if (!pattern.test(ended.stdout)) fail(`it does not say ${pattern}`, ended);
}

function fail(what, { stdout, stderr }) {
  throw new Error(`${what}\n${stdout}\n${stderr}`);
}
