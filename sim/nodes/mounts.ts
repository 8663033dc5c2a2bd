/** The mounts of a container, with what its environment puts into their paths. @upstream pkg/kubelet/kubelet_pods.go makeMounts */
import type { Container, VolumeMount } from '../api/kinds/core.js';
import { expand, type Environment } from './environment.js';

/** The mounts, or why the container must not be made. */
export function mountsOf(
  { volumeMounts = [] }: Container,
  env: Environment,
): { readonly mounts: readonly VolumeMount[] } | { readonly error: string } {
  if (!volumeMounts.some(({ subPath, subPathExpr }) => subPath || subPathExpr)) {
    return { mounts: volumeMounts };
  }
  const mounts: VolumeMount[] = [];
  for (const mount of volumeMounts) {
    const { subPathExpr = '' } = mount;
    const missing = subPathExpr === '' ? [] : missingIn(subPathExpr, env);
    if (missing.length > 0) return { error: `missing value for ${missing.join(', ')}` };
    const subPath = subPathExpr === '' ? (mount.subPath ?? '') : expand(subPathExpr, env);
    if (subPath.startsWith('/')) {
      return { error: `error SubPath \`${subPath}\` must not be an absolute path` };
    }
    if (subPath.split('/').includes('..')) {
      return { error: `unable to provision SubPath \`${subPath}\`: must not contain '..'` };
    }
    mounts.push({ ...mount, subPath });
  }
  return { mounts };
}

/** The variables that are not there, or empty, in order. */
function missingIn(text: string, env: Environment): readonly string[] {
  const names = [...text.matchAll(/\$\$|\$\(([^)]*)\)/g)].flatMap(([, name]) => name ?? []);
  return [...new Set(names.filter(name => (env[name] ?? '') === ''))].sort();
}
