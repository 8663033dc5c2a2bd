/** SEA310: the sidecar of a Job's pods goes on when all else has ended, and so the Job never ends. */
import { hasSidecar } from '../../../sim/network/mesh/sidecar.js';
import { isNative } from '../../../sim/operators/istiod/sidecar-parts.js';
import { podOf } from '../mesh.js';
import type { PodTemplate } from '../pod-template.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const sidecarOutlivesJob: Rule = {
  id: 'SEA310',
  name: 'sidecar-outlives-job',
  severity: 'warning',
  title: 'Pods that are to end have a sidecar of the old form, which does not.',
  why: 'A pod ends when all of its containers have: with a sidecar among them it runs on, the Job never completes, and what it holds is not let go.',
  fix: 'let the sidecar be an init container (no sidecar.istio.io/nativeSidecar: "false", none by hand), give the pods sidecar.istio.io/inject: "false", or end with POST localhost:15020/quitquitquit',
  source: 'https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/',
  *find(survey) {
    for (const template of survey.templates) {
      const { owner, path } = template;
      if (!isToEnd(template) || tellsSidecar(template)) continue;
      const pod = podOf(survey, template, 'job');
      const isByHand = template.containers.some(
        ({ container, isInit }) => container.name === 'istio-proxy' && !isInit,
      );
      if (!hasSidecar(pod) || (isNative(pod) && !isByHand)) continue;
      yield {
        entry: owner,
        path,
        message: `the sidecar of ${owner.title} runs on when its other containers have ended: it never completes`,
      };
    }
  },
};

/** Pods that nothing starts again when they have done their work. */
function isToEnd({ spec }: PodTemplate): boolean {
  return spec.restartPolicy === 'Never' || spec.restartPolicy === 'OnFailure';
}

function tellsSidecar({ containers }: PodTemplate): boolean {
  return containers.some(({ container: { command = [], args = [], lifecycle } }) =>
    JSON.stringify([command, args, lifecycle]).includes('quitquitquit'),
  );
}
