/** The Secrets and ConfigMaps that a container mounts, as files of this machine that are kept up to date. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  configMaps,
  secrets,
  type ConfigMap,
  type Container,
  type PodSpec,
  type Secret,
  type Volume,
  type VolumeMount,
} from '../../../sim/api/kinds/core.js';
import type { Kind } from '../../../sim/api/object.js';
import { sleep, writeError } from '../../host.js';
import { exitCodes, UserError } from '../../input/errors.js';
import type { Reader } from './reader.js';

/** As often as they are looked at: a kubelet takes longer. */
const lookMs = 500;

interface Mounted {
  readonly mount: VolumeMount;
  readonly volume: Volume;
  /** Where it is on this machine. */
  readonly path: string;
  /** What stands there. */
  version: string;
}

/**
 * Files under the folder for temporary files stand where the container has them, since programs have such paths
 * compiled in; others stand in a folder of their own, and arguments that name them are changed.
 */
export class MountedFiles {
  private readonly mounted: Mounted[] = [];
  private isClosed = false;
  private fault: Error | undefined;
  /** What was mounted where. */
  readonly told: string[] = [];

  constructor(
    private readonly reader: Reader,
    private readonly place: { readonly namespace: string; readonly folder: string },
  ) {}

  /** Writes them, and follows what they are made from until `close`. */
  async mount({ volumes = [] }: PodSpec, { volumeMounts = [] }: Container): Promise<void> {
    for (const mount of volumeMounts) {
      const volume = volumes.find(({ name }) => name === mount.name);
      if (volume?.secret === undefined && volume?.configMap === undefined) continue;
      const isTemporary = mount.mountPath.startsWith(`${tmpdir()}/`);
      const path = isTemporary ? mount.mountPath : join(this.place.folder, mount.mountPath);
      clear(path);
      this.mounted.push({ mount, volume, path, version: '' });
      this.told.push(`${mount.mountPath} is ${path}`);
    }
    for (const each of this.mounted) await this.refresh(each);
    void this.follow();
  }

  /** An argument, with the paths of this machine. */
  moved(word: string): string {
    const found = this.mounted.find(({ mount }) => word.includes(mount.mountPath));
    return found === undefined ? word : word.replace(found.mount.mountPath, found.path);
  }

  close(): void {
    this.isClosed = true;
    for (const { path } of this.mounted) rmSync(path, { recursive: true, force: true });
  }

  /** Why the files are no longer kept up to date, if they are not. */
  get error(): Error | undefined {
    return this.fault;
  }

  private async follow(): Promise<void> {
    try {
      for (;;) {
        await sleep(lookMs);
        for (const each of this.mounted) {
          if (this.isClosed) return;
          await this.refresh(each);
        }
      }
    } catch (error) {
      // The cluster may have gone: the program goes on with the files that it has, and will notice.
      this.fault = error as Error;
      writeError(`the mounted files are no longer kept up to date: ${this.fault.message}\n`);
    }
  }

  private async refresh(mounted: Mounted): Promise<void> {
    const { volume, mount, path } = mounted;
    const { version, files } = await this.contents(volume);
    if (this.isClosed || version === mounted.version) return;
    mounted.version = version;
    const text = mount.subPath === undefined ? undefined : files.get(mount.subPath);
    if (mount.subPath === undefined) replaceFolder(path, files, version);
    else if (text !== undefined) replaceFile(path, text);
  }

  private async contents({ secret, configMap }: Volume): Promise<Contents> {
    const { namespace } = this.place;
    const name = secret?.secretName ?? configMap?.name ?? '';
    const kind = secret === undefined ? configMaps : secrets;
    const object: Secret | ConfigMap | undefined = await this.reader.find<Secret | ConfigMap>(
      kind as Kind<Secret | ConfigMap>,
      namespace,
      name,
    );
    const encoding = secret === undefined ? 'utf8' : 'base64';
    const all = Object.entries(object?.data ?? {}).map(
      ([key, text]) => [key, Buffer.from(text, encoding)] as const,
    );
    const items = (secret ?? configMap)?.items;
    const chosen = all.flatMap(([key, bytes]) => {
      if (items === undefined) return [[key, bytes] as const];
      return items.filter(item => item.key === key).map(item => [item.path, bytes] as const);
    });
    return { version: object?.metadata.resourceVersion ?? '', files: new Map(chosen) };
  }
}

interface Contents {
  readonly version: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Takes away what a former program left; what somebody else made is not touched. */
function clear(path: string): void {
  if (!existsSync(path)) return;
  if (existsSync(join(path, '..data'))) rmSync(path, { recursive: true });
  else {
    throw new UserError(`${path} is there already, where the files of a volume have to be`, {
      exitCode: exitCodes.usage,
      code: 'in-the-way',
      next: 'move it away',
    });
  }
}

/**
 * What is there changes all at once, by one link.
 * @upstream pkg/volume/util/atomic_writer.go Write
 */
function replaceFolder(
  path: string,
  files: ReadonlyMap<string, Uint8Array>,
  version: string,
): void {
  const own = `..${version}`;
  mkdirSync(join(path, own), { recursive: true });
  for (const [name, bytes] of files) {
    const file = join(path, own, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes, { mode: 0o600 });
  }
  link(own, join(path, '..data'));
  const tops = new Set([...files.keys()].map(name => name.split('/')[0] ?? ''));
  for (const name of tops) link(join('..data', name), join(path, name));
  for (const name of readdirSync(path)) {
    if (name === own || name === '..data' || tops.has(name)) continue;
    rmSync(join(path, name), { recursive: true, force: true });
  }
}

function link(target: string, path: string): void {
  rmSync(`${path}.next`, { force: true });
  symlinkSync(target, `${path}.next`);
  renameSync(`${path}.next`, path);
}

function replaceFile(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.next`, bytes, { mode: 0o600 });
  renameSync(`${path}.next`, path);
}
