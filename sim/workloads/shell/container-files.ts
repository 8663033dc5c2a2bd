/**
 * The files that a container sees: its own, those of its volumes, those that tell of its network, and a
 * few that the kernel makes.
 */
import type { ContainerContext } from '../workload.js';
import type { ShellFiles } from './host.js';

const imageFiles: Readonly<Record<string, string>> = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  '/www/index.html': 'ok\n',
};

/** Makes the files of one container; its own are lost when it restarts. */
export function containerFiles(context: ContainerContext): ShellFiles {
  const own = new Map(Object.entries(imageFiles));
  const messagePath = context.container.terminationMessagePath ?? '/dev/termination-log';
  const mounts = [...(context.container.volumeMounts ?? [])].sort(
    (a, b) => b.mountPath.length - a.mountPath.length,
  );

  const mountOf = (path: string) =>
    mounts.find(mount => path === mount.mountPath || path.startsWith(`${mount.mountPath}/`));
  const place = (path: string) => {
    const mount = mountOf(path);
    const files = mount && context.volume(mount.mountPath);
    if (mount === undefined || files === undefined) return undefined;
    return { mount, files, inside: path.slice(mount.mountPath.length + 1) };
  };

  const told = () => context.network.files?.() ?? {};
  const outside = (path: string) =>
    own.get(path) ?? (path.startsWith('/etc/') ? told()[path] : undefined);

  return {
    read(path) {
      if (path === '/dev/null') return '';
      const mounted = place(path);
      return mounted === undefined ? outside(path) : mounted.files.read(mounted.inside);
    },
    write(path, content) {
      if (path === '/dev/null') return true;
      if (path === messagePath) context.terminationMessage(content);
      const mounted = place(path);
      if (mounted === undefined) own.set(path, content);
      else if (mounted.mount.readOnly === true) return false;
      else mounted.files.write(mounted.inside, content);
      reportUsage(context, own);
      return true;
    },
    remove(path) {
      const mounted = place(path);
      if (mounted === undefined) return own.delete(path);
      if (mounted.files.read(mounted.inside) === undefined) return false;
      mounted.files.remove(mounted.inside);
      return true;
    },
    list(prefix) {
      const mount = mountOf(prefix);
      const files = mount && context.volume(mount.mountPath);
      const inside = mount && files?.list().map(file => `${mount.mountPath}/${file}`);
      const all = new Set([...own.keys(), ...Object.keys(told()), ...(inside ?? [])]);
      return [...all].filter(path => path.startsWith(prefix)).sort();
    },
  };
}

/** What a container wrote to its own layer is ephemeral storage; what is in /dev/shm is memory. */
function reportUsage(context: ContainerContext, own: ReadonlyMap<string, string>): void {
  let [bytes, sharedBytes] = [0, 0];
  for (const [path, content] of own) {
    if (path.startsWith('/dev/shm/')) sharedBytes += content.length;
    else if (!path.startsWith('/dev/')) bytes += content.length;
  }
  context.useStorage?.(bytes);
  if (sharedBytes > 0) context.use({ cpuMillis: 1, memoryBytes: sharedBytes });
}
