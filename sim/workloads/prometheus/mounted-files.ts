/** Files of the volumes that a container has mounted, by their whole paths. */
import type { ContainerContext } from '../workload.js';

/** The text of a file; undefined where there is none. */
export function mountedFile(context: ContainerContext, path: string): string | undefined {
  for (const [mountPath, rest] of mountsOf(context, path)) {
    const text = context.volume(mountPath)?.read(rest);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Writes a file; false: nothing is mounted there, or nobody may write to it. */
export function writeMountedFile(context: ContainerContext, path: string, text: string): boolean {
  const [mount] = mountsOf(context, path);
  const volume = mount === undefined ? undefined : context.volume(mount[0]);
  if (mount === undefined || volume === undefined || volume.isReadOnly) return false;
  volume.write(mount[1], text);
  return true;
}

/** The files that a pattern names, `*` in its last part, in the order of their names. */
export function mountedFiles(
  context: ContainerContext,
  pattern: string,
): readonly (readonly [path: string, text: string])[] {
  const folder = pattern.slice(0, pattern.lastIndexOf('/') + 1);
  const name = namePattern(pattern.slice(folder.length));
  const found = new Map<string, string>();
  for (const { mountPath } of context.container.volumeMounts ?? []) {
    const base = mountPath.endsWith('/') ? mountPath : `${mountPath}/`;
    const volume = context.volume(mountPath);
    for (const file of volume?.list() ?? []) {
      const path = file === '' ? mountPath : `${base}${file}`;
      const own = path.slice(path.lastIndexOf('/') + 1);
      const isThere = path.length === folder.length + own.length && path.startsWith(folder);
      const text = isThere && name.test(own) ? volume?.read(file) : undefined;
      if (text !== undefined) found.set(path, text);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The mounts that a path may be in, the longest first, and what follows in each. */
function mountsOf({ container }: ContainerContext, path: string): readonly [string, string][] {
  return (container.volumeMounts ?? [])
    .map(({ mountPath }) => mountPath)
    .filter(mountPath => path === mountPath || path.startsWith(`${mountPath.replace(/\/$/, '')}/`))
    .sort((a, b) => b.length - a.length)
    .map(mountPath => [
      mountPath,
      path.slice(mountPath.replace(/\/$/, '').length).replace(/^\//, ''),
    ]);
}

function namePattern(text: string): RegExp {
  const escaped = text
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`);
}
