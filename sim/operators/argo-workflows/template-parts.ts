/** Parts of templates that stand for themselves: sets of containers, and where artifacts are kept. @upstream pkg/apis/workflow/v1alpha1 */
import type { Container, VolumeMount } from '../../api/kinds/core.js';

/** A container of many that do the work, and those that must have ended well before it. */
export interface ContainerNode extends Container {
  readonly dependencies?: readonly string[];
}

/** Containers that do the work of one pod, each in its turn. */
export interface ContainerSet {
  readonly containers?: readonly ContainerNode[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly retryStrategy?: { readonly retries?: string | number; readonly duration?: string };
}

/** A sort of object storage, as configurations and templates describe it. */
type Storage = Readonly<Record<string, unknown>> & {
  readonly keyFormat?: string;
  readonly keyPrefix?: string;
};

/** Where artifacts are kept. */
export interface ArtifactRepository {
  readonly archiveLogs?: boolean;
  readonly artifactory?: Storage;
  readonly azure?: Storage;
  readonly gcs?: Storage;
  readonly hdfs?: Storage;
  readonly oss?: Storage;
  readonly s3?: Storage;
}

/** A repository in a ConfigMap; in a status with what was found there. */
export interface RepositoryRef {
  readonly configMap?: string;
  readonly key?: string;
  readonly namespace?: string;
  readonly default?: boolean;
  readonly artifactRepository?: ArtifactRepository;
}
