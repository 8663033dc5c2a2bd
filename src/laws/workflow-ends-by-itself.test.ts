import { expect, it } from 'vitest';
import { Past, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { workflowEndsByItself } from './workflow-ends-by-itself.js';

/** A Workflow whose step ends so. */
function ended(step: object, { retryPolicy = '', tries = [] as readonly object[] } = {}): Past {
  const strategy = retryPolicy === '' ? {} : { retryStrategy: { limit: 2, retryPolicy } };
  const spec = { entrypoint: 'train', templates: [{ name: 'train', ...strategy }] };
  const all = [
    { id: 'w-1', name: 'w[0].train', displayName: 'train', type: 'Pod', ...step },
    ...tries,
  ];
  const nodes = Object.fromEntries(all.map((node, index) => [String(index), node]));
  return new Past()
    .write('Workflow', 'ml/w', {
      apiVersion: 'argoproj.io/v1alpha1',
      spec,
      status: { phase: 'Running' },
    })
    .at('10s')
    .write('Workflow', 'ml/w', { status: { phase: 'Failed', nodes } });
}

it('is broken when a step goes with its node and nothing tries it again', () => {
  const past = ended({ phase: 'Error', message: 'pod deleted' });
  expect(storyOf(past.verdict(workflowEndsByItself))).toEqual({
    what: 'Workflow ml/w ends in Failed though none of its programs failed: step train: pod deleted; it has no retryStrategy',
    objects: ['Workflow ml/w'],
    evidence: ['10s kubernetes-admin writes Workflow ml/w: it ends in Failed'],
  });
});

it('tells that a policy is not about what happened', () => {
  const tries = [
    {
      id: 'w-0',
      name: 'w[0]',
      type: 'Retry',
      phase: 'Error',
      templateName: 'train',
      children: ['w-1'],
    },
  ];
  const past = ended(
    { phase: 'Error', message: 'pod deleted' },
    { retryPolicy: 'OnFailure', tries },
  );
  expect(storyOf(past.verdict(workflowEndsByItself))).toMatchObject({
    what: expect.stringMatching(/; its retryPolicy OnFailure is not about errors$/) as string,
  });
});

it.each([
  'wait: Error (exit code 64): workflowtaskresults.argoproj.io is forbidden: User "x" cannot create resource',
  'secrets "minio" not found',
  'The node was low on resource: memory.',
])('is broken by %s', message => {
  const past = ended({ phase: 'Failed', message });
  expect(past.verdict(workflowEndsByItself).kind).toBe('broken');
});

it.each([
  'main: Error (exit code 1)',
  'main: OOMKilled (exit code 137)',
  'Step exceeded its deadline',
  "Stopped with strategy 'Terminate'",
  'pods "w" is forbidden: exceeded quota: gpus',
])('lets a Workflow end by %s', message => {
  const past = ended({ phase: 'Failed', message });
  expect(past.verdict(workflowEndsByItself)).toMatchObject({ kind: 'held', looked: 1 });
});

it('takes a lost try that another has mended for nothing', () => {
  const tries = [
    { id: 'w-0', name: 'w[0]', type: 'Retry', phase: 'Succeeded', children: ['w-1', 'w-2'] },
    { id: 'w-2', name: 'w[0](1)', type: 'Pod', phase: 'Succeeded' },
    { id: 'w-3', name: 'w[1]', type: 'Pod', phase: 'Failed', message: 'main: Error (exit code 1)' },
  ];
  const past = ended({ phase: 'Error', message: 'pod deleted' }, { retryPolicy: 'Always', tries });
  expect(past.verdict(workflowEndsByItself).kind).toBe('held');
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(workflowEndsByItself)).toBe('vacuous');
});
