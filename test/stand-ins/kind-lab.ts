/** A machine for kind: the real `kind`, a stand-in for docker in front of its PATH, and folders of its own. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { vi } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** The kind that .ci/install-kubectl brings, or the machine's own. */
export const kindBinary: string | undefined = [
  join(root, '.cache/bin'),
  ...(process.env['PATH'] ?? '').split(delimiter),
]
  .map(folder => join(folder, 'kind'))
  .find(existsSync);

/** A kubeconfig as kubeadm leaves it in a control-plane node, for a server that is not there. */
const adminConf = `apiVersion: v1
kind: Config
clusters: [{ name: kubernetes, cluster: { server: 'https://node:6443' } }]
contexts: [{ name: admin@kubernetes, context: { cluster: kubernetes, user: admin } }]
current-context: admin@kubernetes
users: [{ name: admin, user: { client-certificate-data: Zm9v, client-key-data: Zm9v } }]
`;

const info = {
  CgroupDriver: 'systemd',
  CgroupVersion: '2',
  MemoryLimit: true,
  PidsLimit: true,
  CPUShares: true,
  SecurityOptions: ['name=seccomp,profile=builtin'],
};

/** One such machine; `end` takes it away. */
export class KindLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'seatrial-lab-'));
  private readonly state = join(this.folder, 'docker');

  constructor() {
    for (const each of ['bin', 'home', 'scratch', 'docker/containers', 'docker/images']) {
      mkdirSync(join(this.folder, each), { recursive: true });
    }
    for (const each of ['failures', 'delays']) mkdirSync(join(this.state, each));
    this.install('docker');
    if (kindBinary !== undefined) symlinkSync(kindBinary, join(this.folder, 'bin/kind'));
    this.write('info.json', JSON.stringify(info));
    this.write('admin.conf', adminConf);
    this.write('endpoint', '127.0.0.1\t1\n');
    vi.stubEnv('STAND_IN_DOCKER', this.state);
    vi.stubEnv('PATH', `${join(this.folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`);
    vi.stubEnv('SEATRIAL_HOME', join(this.folder, 'home'));
    vi.stubEnv('HOME', join(this.folder, 'home'));
    vi.stubEnv('KUBECONFIG', join(this.folder, 'users-kubeconfig'));
    vi.stubEnv('TMPDIR', join(this.folder, 'scratch'));
  }

  /** Puts the stand-in in place under the name of an engine. */
  install(engine: string): void {
    symlinkSync(join(import.meta.dirname, 'docker'), join(this.folder, 'bin', engine));
  }

  /** Takes a command out of the PATH: only what is linked here is left in it. */
  withoutCommand(name: string): void {
    rmSync(join(this.folder, 'bin', name), { force: true });
    for (const tool of [
      'bash',
      'sed',
      'grep',
      'cat',
      'mkdir',
      'mv',
      'rm',
      'touch',
      'sleep',
      'tail',
    ]) {
      const path = ['/bin', '/usr/bin'].map(folder => join(folder, tool)).find(existsSync);
      if (path !== undefined) symlinkSync(path, join(this.folder, 'bin', tool));
    }
    vi.stubEnv('PATH', join(this.folder, 'bin'));
  }

  /** A file of the daemon's state. */
  write(file: string, text: string): void {
    writeFileSync(join(this.state, file), text);
  }

  /** Puts a cluster of one node there that somebody else has made. */
  run(name: string): void {
    const folder = join(this.state, 'containers', `${name}-control-plane`);
    mkdirSync(folder);
    const labels = { cluster: name, role: 'control-plane' };
    const lines = Object.entries(labels).map(([key, value]) => `io.x-k8s.kind.${key}=${value}\n`);
    writeFileSync(join(folder, 'labels'), lines.join(''));
  }

  /** A file of the user's; returns its path. */
  userFile(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** Lets docker fail when its arguments match the pattern. */
  fail(pattern: string, output: string, code = 1): void {
    this.write(
      `failures/${readdirSync(join(this.state, 'failures')).length}`,
      `${pattern}\n${code}\n${output}\n`,
    );
  }

  /** Lets docker take its time when its arguments match; the returned function tells whether it does. */
  delay(pattern: string, seconds: number): () => boolean {
    this.write('delays/0', `${pattern}\n${seconds}\n`);
    return () => existsSync(join(this.state, 'delays/0.began'));
  }

  /** The containers that there are. */
  get containers(): readonly string[] {
    return readdirSync(join(this.state, 'containers')).sort();
  }

  /** What docker was asked, a line a call. */
  get calls(): readonly string[] {
    const file = join(this.state, 'calls');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  /** What a file of a container holds. */
  fileIn(container: string, file: string): string {
    return readFileSync(join(this.state, 'containers', container, file), 'utf8');
  }

  /** Everything that would be left behind: containers, notes, scratch files, kubeconfig entries. */
  leftovers(): readonly string[] {
    const files = (folder: string): string[] =>
      existsSync(folder)
        ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(file => join(folder, file))
        : [];
    const kubeconfig = join(this.folder, 'users-kubeconfig');
    return [
      ...this.processes(),
      ...this.containers,
      ...files(join(this.folder, 'home')),
      ...files(join(this.folder, 'scratch')),
      ...(existsSync(kubeconfig) ? [kubeconfig] : []),
    ];
  }

  /** The processes that were started on this machine and still run. */
  private processes(): string[] {
    return readdirSync('/proc')
      .filter(pid => /^\d+$/.test(pid) && pid !== String(process.pid))
      .filter(pid => isStartedIn(pid, this.state))
      .map(pid => `process ${pid}`);
  }

  end(): void {
    vi.unstubAllEnvs();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function isStartedIn(pid: string, state: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    return environment.includes(`STAND_IN_DOCKER=${state}\0`);
  } catch {
    // It has ended meanwhile, or belongs to somebody else.
    return false;
  }
}
