/** Where artifacts are kept that do not say it themselves. @upstream workflow/artifactrepositories/artifactrepositories.go */
import { isRecord } from '../../api/equality.js';
import { configMaps } from '../../api/kinds/core.js';
import { parseYamlBody } from '../../api/yaml.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get } from '../../client/requests.js';
import { WorkflowFault } from './fault.js';
import type { Operation } from './operation.js';
import { isLocated } from './arguments.js';
import { substituted } from './substitution.js';
import type { ArtifactRepository, RepositoryRef } from './template-parts.js';
import type { Template } from './types.js';

const usualMap = 'artifact-repositories';
const usualKey = 'workflows.argoproj.io/default-artifact-repository';

/** Finds it once, and keeps in the status which it is; a fault tells why there is none. */
export function* findRepository(operation: Operation): Reconciliation<WorkflowFault | undefined> {
  if (operation.status.artifactRepositoryRef !== undefined) return undefined;
  const { artifactRepositoryRef: wanted } = operation.spec;
  const places = [operation.namespace, ...(wanted === undefined ? [] : [operation.home])];
  for (const namespace of places) {
    const found = yield* repositoryIn(namespace, wanted);
    if (found instanceof WorkflowFault) return found;
    if (found === undefined) continue;
    operation.status.artifactRepositoryRef = found;
    return undefined;
  }
  if (wanted !== undefined) {
    const { configMap = '', key = '' } = wanted;
    return new WorkflowFault(
      `Failed to resolve artifact repository ref: failed to find any artifact repository for artifact repository ref "${configMap === '' ? usualMap : configMap}#${key}"`,
    );
  }
  const { artifactRepository = {} } = operation.config;
  operation.status.artifactRepositoryRef = { default: true, artifactRepository };
  return undefined;
}

/** Undefined: there is none of that name. */
function* repositoryIn(
  namespace: string,
  { configMap = '', key = '' }: RepositoryRef = {},
): Reconciliation<RepositoryRef | WorkflowFault | undefined> {
  const name = configMap === '' ? usualMap : configMap;
  const answer = yield* call(get(configMaps, namespace, name));
  if (!answer.isOk) {
    return answer.status === 404 ? undefined : new WorkflowFault(answer.message);
  }
  const { metadata, data = {} } = answer.object;
  const wanted = key === '' ? (metadata.annotations?.[usualKey] ?? '') : key;
  const text = data[wanted];
  if (text === undefined) return undefined;
  const parsed = text.trim() === '' ? undefined : parseYamlBody(text);
  const value = parsed?.isOk === true ? parsed.value.value : {};
  const artifactRepository = isRecord(value) ? (value as ArtifactRepository) : {};
  return { namespace, configMap: name, key: wanted, artifactRepository };
}

/** The sorts of repositories, in upstream's order. */
const sorts = ['artifactory', 'azure', 'gcs', 'hdfs', 'oss', 's3'] as const;
const usualPattern = '{{workflow.name}}/{{pod.name}}';

/** The template with the place of its artifacts, if it needs one. @upstream addArchiveLocation */
export function withArchive(operation: Operation, template: Template): Template {
  const own = template.archiveLocation ?? {};
  if (isLocated({ name: '', ...own })) return template;
  const repository = operation.status.artifactRepositoryRef?.artifactRepository ?? {};
  const archiveLogs = [repository.archiveLogs, operation.spec.archiveLogs, own['archiveLogs']];
  const keepsLogs =
    archiveLogs.reduce((kept, one) => (kept === true ? kept : (one ?? kept))) === true;
  const artifacts = [...(template.inputs?.artifacts ?? []), ...(template.outputs?.artifacts ?? [])];
  const { artifactPaths } = template.data?.source ?? {};
  if (artifactPaths !== undefined) artifacts.push(artifactPaths);
  if (!keepsLogs && artifacts.every(isLocated)) return template;
  const place = placeIn(repository);
  if (place === undefined) return template;
  return { ...template, archiveLocation: { archiveLogs: keepsLogs, ...place } };
}

function placeIn(repository: ArtifactRepository): Readonly<Record<string, unknown>> | undefined {
  const sort = sorts.find(one => repository[one] !== undefined);
  if (sort === undefined) return undefined;
  const { keyFormat, keyPrefix, ...rest } = repository[sort] ?? {};
  const pattern =
    keyFormat ?? (keyPrefix === undefined ? usualPattern : `${keyPrefix}/${usualPattern}`);
  return { [sort]: { ...rest, key: pattern } };
}

/** With the names of the Workflow and of the pod in its key. */
export function filledArchive(template: Template, names: ReadonlyMap<string, string>): Template {
  const { archiveLocation } = template;
  if (archiveLocation === undefined) return template;
  return { ...template, archiveLocation: substituted(archiveLocation, names) };
}

/** Whether the logs of the main containers are kept. @upstream Template.SaveLogsAsArtifact */
export function keepsLogs({ archiveLocation }: Template): boolean {
  return archiveLocation?.['archiveLogs'] === true;
}
