/** SEA105: NVIDIA's device plug-in cannot load its configuration, or refuses what pods ask of shared GPUs. */
import { configMaps } from '../../../sim/api/kinds/core.js';
import { sharingLabels, sharingsIn } from '../../gpu/gpu-sharing.js';
import { devicesOf } from '../gpus.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const gpuSharing: Rule = {
  id: 'SEA105',
  name: 'gpu-sharing',
  severity: 'error',
  title:
    'The device plug-in cannot load how GPUs are shared, or refuses a pod that asks for several shares.',
  why: 'Without its configuration the plug-in ends, and its nodes offer no GPUs. Where failRequestsGreaterThanOne is set (for MPS it is by default), a pod that asks for two shares fails with UnexpectedAdmissionError, again and again.',
  fix: 'give each resource a name and replicas of 2 or more; ask for one share, since two are no more of the GPU than one',
  source: 'https://github.com/NVIDIA/k8s-device-plugin#shared-access-to-gpus',
  *find(survey) {
    for (const entry of survey.of(configMaps)) {
      const found = sharingsIn(entry.manifest.object);
      for (const one of found) {
        if (!('problem' in one)) continue;
        const path = ['data', one.key];
        yield { entry, path, message: `the device plug-in refuses ${one.key}: ${one.problem}` };
      }
      const [only, ...others] = found;
      // Of several it is the node that says which counts.
      if (only === undefined || others.length > 0 || 'problem' in only) continue;
      if (only.labels[sharingLabels.oneEach] !== 'true') continue;
      const suffix = only.labels[sharingLabels.renamed] === 'true' ? '.shared' : '';
      for (const template of survey.templates) {
        for (const { container, path } of template.containers) {
          for (const [name, count] of devicesOf(container)) {
            const isShared = only.labels[`${name.slice(0, name.length - suffix.length)}.replicas`];
            if (count < 2 || isShared === undefined || !name.endsWith(suffix)) continue;
            yield {
              entry: template.owner,
              path: [...path, 'resources', 'limits', name],
              message: `it asks for ${count} shares, and ${entry.title} lets the device plug-in refuse more than one`,
              subject: name,
            };
          }
        }
      }
    }
  },
};
