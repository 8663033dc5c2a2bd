/** What Argo's executor is told of the step that it runs. @upstream argo-workflows workflow/executor/executor.go */
import type { Pod, VolumeMount } from '../../api/kinds/core.js';
import type { ContainerContext, VolumeFiles } from '../workload.js';

/** A value that the step gives. */
export interface OutputParameter {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly path?: string;
    readonly jsonPath?: string;
    readonly jqFilter?: string;
    readonly default?: string | number | boolean;
  };
}

/** A file that the step takes or gives. */
export interface StepArtifact {
  readonly name: string;
  readonly path?: string;
  readonly optional?: boolean;
  readonly raw?: { readonly data?: string };
  readonly archive?: { readonly none?: object; readonly zip?: object; readonly tar?: object };
  readonly [field: string]: unknown;
}

/** The step's template. */
export interface StepTemplate {
  readonly name?: string;
  readonly daemon?: boolean;
  readonly inputs?: { readonly artifacts?: readonly StepArtifact[] };
  readonly outputs?: {
    readonly parameters?: readonly OutputParameter[];
    readonly artifacts?: readonly StepArtifact[];
  };
  readonly script?: {
    readonly source?: string;
    readonly volumeMounts?: readonly VolumeMount[];
  };
  readonly container?: { readonly volumeMounts?: readonly VolumeMount[] };
  readonly containerSet?: {
    readonly containers?: readonly {
      readonly name: string;
      readonly dependencies?: readonly string[];
    }[];
    readonly volumeMounts?: readonly VolumeMount[];
    readonly retryStrategy?: { readonly retries?: string | number; readonly duration?: string };
  };
  readonly data?: {
    readonly source?: { readonly artifactPaths?: StepArtifact };
    readonly transformation?: readonly { readonly expression?: string }[];
  };
  /** Where artifacts are kept that have no place of their own. */
  readonly archiveLocation?: Readonly<Record<string, unknown>>;
  readonly resource?: {
    readonly action: string;
    readonly manifest?: string;
    readonly mergeStrategy?: string;
    readonly flags?: readonly string[];
    readonly successCondition?: string;
    readonly failureCondition?: string;
  };
}

/** The files that all containers of the pod share. */
export function shared(context: ContainerContext): VolumeFiles | undefined {
  return context.volume('/var/run/argo');
}

/** The template, as the first step wrote it for the others. */
export function writtenTemplate(context: ContainerContext): StepTemplate {
  return JSON.parse(shared(context)?.read('template') ?? '{}') as StepTemplate;
}

/** The template, as the pod's first step is told it. */
export function toldTemplate({ spec }: Pod): StepTemplate {
  const init = spec?.initContainers?.find(({ name }) => name === 'init');
  const text = init?.env?.find(({ name }) => name === 'ARGO_TEMPLATE')?.value;
  return JSON.parse(text ?? '{}') as StepTemplate;
}

/** Whether a path lies in a volume that the step mounts. @upstream FindOverlappingVolume */
export function isInVolume(template: StepTemplate, path: string): boolean {
  const { container, script, containerSet } = template;
  const mounts =
    container?.volumeMounts ?? script?.volumeMounts ?? containerSet?.volumeMounts ?? [];
  return mounts.some(({ mountPath }) => {
    const root = mountPath.replace(/\/+$/, '');
    return path === root || path.startsWith(`${root}/`);
  });
}

/** Whether the container that waits sees the path, too: in a volume, or in an artifact that came in. @upstream isBaseImagePath */
export function isSeenBeside(template: StepTemplate, path: string): boolean {
  if (isInVolume(template, path)) return true;
  return (template.inputs?.artifacts ?? []).some(artifact => {
    const { path: root = '', optional } = artifact;
    if (optional === true && placeOf(artifact) === undefined) return false;
    return path === root || path.startsWith(`${root}/`);
  });
}

/** The sorts of places in which artifacts are kept. */
const places = ['s3', 'gcs', 'azure', 'oss', 'hdfs', 'artifactory', 'http', 'raw', 'git', 'plugin'];

/** The sort of place that an artifact says. */
export function placeOf(artifact: Readonly<Record<string, unknown>>): string | undefined {
  return places.find(place => artifact[place] !== undefined);
}

/** The containers that do the work. */
export function mainNames({ containerSet }: StepTemplate): readonly string[] {
  return containerSet?.containers?.map(({ name }) => name) ?? ['main'];
}

/** Where the main container's files are kept that others are to see. */
export function keptAt(path: string): string {
  return `outputs/parameters/${path.replace(/^\/+/, '')}`;
}

/** Where the main container's artifacts are kept. */
export function artifactAt(path: string): string {
  return `outputs/artifacts/${path.replaceAll(/^\/+|\/+$/g, '')}.tgz`;
}

/** A line as the executor logs it. */
export function executorLine({ clock }: ContainerContext, message: string, rest = ''): string {
  const time = new Date(clock.now()).toISOString();
  const fields = rest === '' ? '' : ` ${rest}`;
  return `time="${time}" level=info msg=${JSON.stringify(message)} argo=true${fields}`;
}
