import { expect, it } from 'vitest';
import type { PodSpec } from '../../../api/kinds/core.js';
import type { FieldError } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import { checkTemplate } from './pod-template.js';

/** What is wrong with a template, where it stands and how it is looked at. */
function wrong(spec: PodSpec, path: string, allowPrivileged = true): string[] {
  const context = { settings: { allowPrivileged } } as StrategyContext;
  const errors: FieldError[] = [];
  const template = { metadata: { labels: { app: 'web' } }, spec };
  checkTemplate(template, undefined, path, context, errors);
  return errors.map(error => error.path);
}

const specOf = (more: object): PodSpec => ({
  restartPolicy: 'Always',
  dnsPolicy: 'ClusterFirst',
  terminationGracePeriodSeconds: 30,
  containers: [
    {
      name: 'main',
      image: 'web',
      imagePullPolicy: 'Always',
      terminationMessagePolicy: 'File',
      ...more,
    },
  ],
});

it('finds the same of a spec however often it is sent, and tells where it stands', () => {
  const sound = specOf({});
  const bad = specOf({ image: '' });
  for (const path of ['spec.template', 'spec.template', 'template']) {
    expect(wrong(sound, path)).toEqual([]);
    expect(wrong(bad, path)).toEqual([`${path}.spec.containers[0].image`]);
  }
});

it('looks again where containers may not be privileged', () => {
  const privileged = specOf({ securityContext: { privileged: true } });
  const field = 'spec.template.spec.containers[0].securityContext.privileged';
  expect(wrong(privileged, 'spec.template')).toEqual([]);
  expect(wrong(privileged, 'spec.template', false)).toEqual([field]);
  expect(wrong(privileged, 'spec.template')).toEqual([]);
});
