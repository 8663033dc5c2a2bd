/** The secrets by which executors reach what artifacts are kept in: volumes of the pod. @upstream workflow/controller/workflowpod.go createSecretVolumesAndMounts */
import { isRecord } from '../../api/equality.js';
import type { Volume, VolumeMount } from '../../api/kinds/core.js';
import type { Template } from './types.js';

/** Where executors find secrets. */
const folder = '/argo/secret';

/** The volumes, and how the executor's containers mount them. */
export function secretVolumes(template: Template): {
  readonly volumes: readonly Volume[];
  readonly mounts: readonly VolumeMount[];
} {
  const found = new Map<string, Set<string>>();
  const { archiveLocation = {}, inputs, outputs, data } = template;
  const places: readonly unknown[] = [
    archiveLocation,
    ...(outputs?.artifacts ?? []),
    ...(inputs?.artifacts ?? []),
    data?.source?.artifactPaths,
  ];
  for (const place of places) gather(place, found);
  const volumes = [...found].map(([secretName, keys]) => ({
    name: secretName.replaceAll('.', '-'),
    secret: { secretName, items: [...keys].map(key => ({ key, path: key })) },
  }));
  const mounts = volumes.map(({ name }) => ({
    name,
    mountPath: `${folder}/${name}`,
    readOnly: true,
  }));
  return { volumes, mounts };
}

const sorts = ['s3', 'git', 'artifactory', 'hdfs', 'oss', 'gcs', 'http', 'azure'];

/** The first sort that it has counts. */
function gather(place: unknown, found: Map<string, Set<string>>): void {
  if (!isRecord(place)) return;
  const sort = sorts.find(one => place[one] !== undefined);
  if (sort !== undefined) secretsIn(place[sort], found);
}

function secretsIn(value: unknown, found: Map<string, Set<string>>): void {
  if (!isRecord(value)) return;
  for (const [field, inner] of Object.entries(value)) {
    if (!isRecord(inner)) continue;
    const { name, key } = inner;
    if (field.endsWith('Secret') && typeof name === 'string' && typeof key === 'string') {
      found.set(name, (found.get(name) ?? new Set()).add(key));
    } else secretsIn(inner, found);
  }
}
