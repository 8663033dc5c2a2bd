/** The volumes that properties ask for, and those of local directories. @upstream MountVolumesFeatureStep.scala, LocalDirsFeatureStep.scala */
import type { Volume, VolumeMount } from '../api/kinds/core.js';
import { below, isOn, type SparkConf } from './conf.js';

/** Volumes of a pod and their mounts in Spark's container. */
export interface MountedVolumes {
  readonly volumes: readonly Volume[];
  readonly mounts: readonly VolumeMount[];
}

const localDirectory = 'spark-local-dir-';

/** The volumes of `spark.kubernetes.<role>.volumes.<type>.<name>`. */
export function volumesOf(conf: SparkConf, role: 'driver' | 'executor'): MountedVolumes {
  const given = below(conf, `spark.kubernetes.${role}.volumes.`);
  const found = new Map<string, { readonly type: string; readonly name: string }>();
  for (const key of Object.keys(given)) {
    const [type = '', name = ''] = key.split('.');
    found.set(`${type}.${name}`, { type, name });
  }
  const all = [...found].map(([key, { type, name }]) => ({
    name,
    source: sourceOf(type, below(given, `${key}.options.`)),
    mount: mountOf(name, below(given, `${key}.mount.`)),
  }));
  return {
    volumes: all.map(({ name, source }) => ({ name, ...source })),
    mounts: all.map(({ mount }) => mount),
  };
}

function mountOf(name: string, given: SparkConf): VolumeMount {
  const { path = '', subPath } = given;
  return {
    name,
    mountPath: path,
    ...(subPath !== undefined && { subPath }),
    ...(isOn(given, 'readOnly') && { readOnly: true }),
  };
}

function sourceOf(type: string, options: SparkConf): Omit<Volume, 'name'> {
  const readOnly = isOn(options, 'readOnly') ? { readOnly: true } : {};
  const { medium, sizeLimit, path = '', server = '', claimName = '', type: sort } = options;
  switch (type) {
    case 'hostPath':
      return { hostPath: { path, ...(sort !== undefined && { type: sort }) } };
    case 'nfs':
      return { nfs: { path, server, ...readOnly } };
    case 'persistentVolumeClaim':
      return { persistentVolumeClaim: { claimName, ...readOnly } };
    default:
      return {
        emptyDir: {
          ...(medium !== undefined && { medium }),
          ...(sizeLimit !== undefined && { sizeLimit }),
        },
      };
  }
}

/** The directories that Spark spills to: those that are mounted for it, else one of its own. */
export function localDirectories(
  mounted: MountedVolumes,
  conf: SparkConf,
  uuid: string,
): MountedVolumes & { readonly value: string } {
  const given = mounted.mounts.filter(({ name }) => name.startsWith(localDirectory));
  if (given.length > 0) {
    return { volumes: [], mounts: [], value: given.map(({ mountPath }) => mountPath).join(',') };
  }
  const directories = (conf['spark.local.dir'] ?? `/var/data/spark-${uuid}`).split(',');
  const inMemory = isOn(conf, 'spark.kubernetes.local.dirs.tmpfs');
  return {
    volumes: directories.map((_, index) => ({
      name: `${localDirectory}${index + 1}`,
      emptyDir: inMemory ? { medium: 'Memory' } : {},
    })),
    mounts: directories.map((mountPath, index) => ({
      name: `${localDirectory}${index + 1}`,
      mountPath,
    })),
    value: directories.join(','),
  };
}
