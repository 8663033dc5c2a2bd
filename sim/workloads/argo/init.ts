/** What runs before a step: it puts the template, the script and input artifacts where the step finds them. @upstream cmd/argoexec/commands/init.go */
import { containerFiles } from '../files/container-files.js';
import type { ContainerContext, Workload } from '../workload.js';
import { isInVolume, shared } from './template.js';
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
    loadArtifacts(context, template);
    context.clock.after(loadMs, 'argoexec init', () => context.exit(0));
    return {};
  },
};

const loadMs = 100;

/** Of artifacts only raw ones are known; others are empty files. */
function loadArtifacts(context: ContainerContext, template: StepTemplate): void {
  const files = containerFiles(context);
  for (const { name, path = '', raw } of template.inputs?.artifacts ?? []) {
    const at = isInVolume(template, path) ? `/mainctrfs${path}` : `/argo/inputs/artifacts/${name}`;
    files.write(at, raw?.data ?? '');
  }
}
