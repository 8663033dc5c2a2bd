/** What is in images: of most a few files that any system has, of Kubernetes' test images those that tests read. */
import type { FileFacts } from './facts.js';
import { MemoryFiles, usualShape } from './memory-files.js';

const imageFiles: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  'www/index.html': 'ok\n',
};

/** Of a distribution that nobody knows: what os-release(5) says that a missing field means. */
const anySystem = 'NAME="Linux"\nID=linux\nPRETTY_NAME="Linux"\n';
const alpine = 'NAME="Alpine Linux"\nID=alpine\nPRETTY_NAME="Alpine Linux"\n';

/** What /etc/os-release tells, of the images that are distributions. */
const systems: Readonly<Record<string, string>> = {
  alpine,
  agnhost: alpine,
  debian: 'NAME="Debian GNU/Linux"\nID=debian\nPRETTY_NAME="Debian GNU/Linux"\n',
  ubuntu: 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\nPRETTY_NAME="Ubuntu"\n',
};

/** Images of which it is known that there is nothing else in them. */
const wholeImages: ReadonlySet<string> = new Set([
  ...['agnhost', 'busybox', 'kitten', 'nautilus', 'pause'],
]);

/** Where a distribution keeps its own: more than is known here. */
const ofDistributions = /^\/(bin|etc|lib|opt|sbin|usr|var)\//;

/** Whether an image may hold a file of which nothing is known: of most images nothing is. */
export function mayHold(image: string, path: string): boolean {
  const name = nameOf(image);
  if (wholeImages.has(name) || image.includes('/e2e-test-images/')) return false;
  return Object.hasOwn(systems, name) ? ofDistributions.test(path) : true;
}

/** `docker.io/library/alpine:3.20` is alpine. */
function nameOf(image: string): string {
  const [, name = ''] = /(?:^|\/)([^/:@]+)(?:[:@][^/]*)?$/.exec(image) ?? [];
  return name;
}

/** What porter shows: the certificate of localhost. @upstream test/images/agnhost/porter */
const agnhostFiles: Readonly<Record<string, string>> = {
  ...imageFiles,
  'etc/os-release': alpine,
  'localhost.crt': '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
  'localhost.key': '-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----\n',
};

/** @upstream test/images/{kitten,nautilus} */
const pictureFiles = (name: string): Readonly<Record<string, string>> => ({
  ...imageFiles,
  'etc/os-release': alpine,
  'data.json': `{\n  "image": "${name}.jpg"\n}\n`,
});

const folder = (mode: number): FileFacts => ({ isFolder: true, mode, uid: 0, gid: 0 });

/** The folders that images have. */
const imageFolders: Readonly<Record<string, FileFacts>> = {
  bin: folder(0o755),
  dev: folder(0o755),
  'dev/shm': folder(0o1777),
  etc: folder(0o755),
  home: folder(0o755),
  root: folder(0o700),
  tmp: folder(0o1777),
  usr: folder(0o755),
  var: folder(0o755),
  'var/tmp': folder(0o1777),
};

/** The files of an image, as far as anything is known of it. */
export function filesOfImage(image: string): Readonly<Record<string, string>> {
  if (/(^|\/)agnhost(?:[:@]|$)/.test(image)) return agnhostFiles;
  const [, picture] = /(?:^|\/)(kitten|nautilus)(?:[:@]|$)/.exec(image) ?? [];
  if (picture !== undefined) return pictureFiles(picture);
  const name = nameOf(image);
  // Busybox' own image has no such file, nor one that only waits for its signal.
  if (wholeImages.has(name)) return imageFiles;
  return { ...imageFiles, 'etc/os-release': systems[name] ?? anySystem };
}

/** The container's own layer, as its image left it. */
export function freshLayer(image = ''): MemoryFiles {
  const layer = new MemoryFiles({ ...usualShape, fsType: 'overlay' });
  layer.replace(filesOfImage(image), imageFolders);
  return layer;
}
