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
  readonly [field: string]: unknown;
}

/** The step's template. */
export interface StepTemplate {
  readonly name?: string;
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
export function isInVolume({ container, script }: StepTemplate, path: string): boolean {
  const mounts = container?.volumeMounts ?? script?.volumeMounts ?? [];
  return mounts.some(({ mountPath }) => {
    const root = mountPath.replace(/\/+$/, '');
    return path === root || path.startsWith(`${root}/`);
  });
}

/** Where the main container's files are kept that others are to see. */
export function keptAt(path: string): string {
  return `outputs/parameters/${path.replace(/^\/+/, '')}`;
}

/** A line as the executor logs it. */
export function executorLine({ clock }: ContainerContext, message: string, rest = ''): string {
  const time = new Date(clock.now()).toISOString();
  const fields = rest === '' ? '' : ` ${rest}`;
  return `time="${time}" level=info msg=${JSON.stringify(message)} argo=true${fields}`;
}
