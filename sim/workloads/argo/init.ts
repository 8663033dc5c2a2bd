/** What runs before a step: it puts the template, the script and input artifacts where the step finds them. @upstream cmd/argoexec/commands/init.go */
import { containerFiles } from '../files/container-files.js';
import type { ContainerContext, Workload } from '../workload.js';
import { load, putAt } from './artifacts.js';
import { endExecutor } from './task-result.js';
import { isInVolume, placeOf, shared } from './template.js';
import type { StepTemplate } from './template.js';

/** `argoexec init`. */
export const executorInit: Workload = {
  name: 'argoexec-init',
  start(context) {
    const template = JSON.parse(context.env['ARGO_TEMPLATE'] ?? '{}') as StepTemplate;
    shared(context)?.write('template', JSON.stringify(template));
    const { script } = template;
    if (script?.source !== undefined) {
      containerFiles(context).write('/argo/staging/script', script.source);
    }
    const problem = loadArtifacts(context, template);
    context.clock.after(loadMs, 'argoexec init', () => endExecutor(context, problem));
    return {};
  },
};

const loadMs = 100;

/** What is not known of an artifact is an empty file. @upstream LoadArtifacts */
function loadArtifacts(context: ContainerContext, template: StepTemplate): string | undefined {
  const files = containerFiles(context);
  for (const artifact of template.inputs?.artifacts ?? []) {
    const { name, path = '', optional } = artifact;
    if (placeOf(artifact) === undefined) {
      if (optional === true) continue;
      return `required artifact '${name}' not supplied`;
    }
    const known = load(context.objects?.(), artifact, template);
    // Nobody in the cluster wrote it: what need not be there is not.
    if (known === undefined && optional === true) continue;
    const at = isInVolume(template, path) ? `/mainctrfs${path}` : `/argo/inputs/artifacts/${name}`;
    putAt(files, at, known ?? '');
  }
  return undefined;
}
