/** What is in images: of most a few files that any system has, of Kubernetes' test images those that tests read. */
import type { FileFacts } from './facts.js';
import { MemoryFiles, usualShape } from './memory-files.js';

const imageFiles: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  'www/index.html': 'ok\n',
};

/** What porter shows: the certificate of localhost. @upstream test/images/agnhost/porter */
const agnhostFiles: Readonly<Record<string, string>> = {
  ...imageFiles,
  'localhost.crt': '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
  'localhost.key': '-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----\n',
};

/** @upstream test/images/{kitten,nautilus} */
const pictureFiles = (name: string): Readonly<Record<string, string>> => ({
  ...imageFiles,
  'etc/os-release': 'NAME="Alpine Linux"\nID=alpine\n',
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
  return picture === undefined ? imageFiles : pictureFiles(picture);
}

/** The container's own layer, as its image left it. */
export function freshLayer(image = ''): MemoryFiles {
  const layer = new MemoryFiles({ ...usualShape, fsType: 'overlay' });
  layer.replace(filesOfImage(image), imageFolders);
  return layer;
}
