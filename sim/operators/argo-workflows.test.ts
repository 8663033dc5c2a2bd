import { describe, expect, it } from 'vitest';
import type { Pod } from '../api/kinds/core.js';
import { actionFor } from './argo-workflows/cleanup.js';
import { cronProblem, isAtEnd, missedMs, workflowFor } from './argo-workflows/cron-rules.js';
import type {
  CronWorkflow,
  CronWorkflowSpec,
  CronWorkflowStatus,
} from './argo-workflows/cron-types.js';
import { dependenciesOf } from './argo-workflows/dependencies.js';
import { humanized } from './argo-workflows/durations.js';
import { expanded } from './argo-workflows/expand.js';
import { attempt } from './argo-workflows/fault.js';
import { workflowHints } from './argo-workflows/hints.js';
import { Locks } from './argo-workflows/locks.js';
import { callerName, nodeId, podName } from './argo-workflows/names.js';
import { fieldsOf, holds, substituted } from './argo-workflows/substitution.js';
import type { Task, Template, WorkflowSpec } from './argo-workflows/types.js';
import { workflowProblem } from './argo-workflows/validation.js';
import { shouldRun } from './argo-workflows/when.js';

describe('the names of nodes and pods', () => {
  it('are made of the names of what they lie in', () => {
    expect(nodeId('hello', 'hello')).toBe('hello');
    expect(nodeId('hello', 'hello[0].a')).toBe('hello-2217536542');
    expect(podName('hello', 'hello', 'main')).toBe('hello');
    expect(podName('hello', 'hello[0].a', 'main')).toBe('hello-main-2217536542');
  });

  it.each([
    ['steps[0].generate', 'generate'],
    ['dag.fanout1(0:1)(0)[0]', 'fanout1'],
    ['dag.a-b(2:x.y)', 'a-b'],
  ])('%s came of %s', (name, caller) => {
    expect(callerName(name)).toBe(caller);
  });
});

describe('conditions of steps', () => {
  it.each([
    ['', true],
    ['heads == heads', true],
    ['heads == tails', false],
    ["'a b' != 'a'", true],
    ['5 >= 4 && (true || false)', true],
    ['a in (a, b)', true],
    ['!(1 < 2)', false],
    ['Succeeded == Succeeded && 0 == 0', true],
    ['abc =~ "^a"', true],
  ])('%s is %s', (when, runs) => {
    expect(shouldRun(when)).toBe(runs);
  });

  it.each([
    [
      '{{x}} == a',
      /^Invalid 'when' expression '\{\{x\}\} == a': Invalid token: '\{\{x\}\}' \(hint/,
    ],
    ['a ==', /^Invalid 'when' expression 'a ==': Unexpected end of expression$/],
    ['a', /^Expected boolean evaluation for 'a'. Got a$/],
    ['a < 1', /cannot be used with the comparator '<', it is not a number$/],
  ])('%s makes no sense', (when, message) => {
    const tried = attempt(() => shouldRun(when));
    expect('fault' in tried ? tried.fault.message : 'it does').toMatch(message);
  });
});

describe('names in templates', () => {
  const names = new Map([
    ['a.b', 'one'],
    ['item', 'b'],
    ['n', '4'],
    ['gone', undefined],
  ]);

  it('are filled in where they are known', () => {
    expect(substituted({ '{{item}}': ['{{a.b}}-{{ item }}', '{{c}}'] }, names)).toEqual({
      b: ['one-b', '{{c}}'],
    });
    expect(substituted('{{=asInt(n) + 1}} {{=unknown}}', names)).toBe('5 {{=unknown}}');
  });

  it('must be known where they are outputs of others, and there', () => {
    const fault = (text: string) => {
      const tried = attempt(() => substituted(text, names, 'outputs'));
      return 'fault' in tried ? `${tried.fault.kind} ${tried.fault.message}` : tried.value;
    };
    expect(fault('{{steps.x.outputs.result}}')).toBe(
      'unresolved failed to resolve {{steps.x.outputs.result}}',
    );
    expect(fault('{{other}}')).toBe('{{other}}');
    expect(fault('{{gone}}')).toMatch(
      /^error unable to substitute \{\{gone\}\}: output is an absent/,
    );
  });

  it('are fields in expressions', () => {
    expect(holds("a.b == 'one' && n != '3'", fieldsOf(names))).toBe(true);
  });
});

describe('loops', () => {
  const step = { name: 's', template: 't', when: '{{item}} != 2' };
  const namesOf = (more: object) =>
    expanded({ ...step, ...more }, new Map()).map(({ name }) => name);

  it.each([
    [
      { withItems: ['a', 1, { k: 'v', a: 2 }, [1, 2]] },
      ['s(0:a)', 's(1:1)', 's(2:a:2,k:v)', 's(3:[1 2])'],
    ],
    [{ withParam: '["(x)"]' }, ['s(0:x)']],
    [{ withParam: '[]' }, []],
    [{ withSequence: { count: '2', format: 'n%02d' } }, ['s(0:n00)', 's(1:n01)']],
    [{ withSequence: { start: 3, end: 2 } }, ['s(0:3)', 's(1:2)']],
    [{}, ['s']],
  ])('%j are %j', (more, names) => {
    expect(namesOf(more)).toEqual(names);
  });

  it('fill in their items', () => {
    const args = { parameters: [{ name: 'p', value: '{{item.k}}' }] };
    const [one] = expanded({ name: 's', arguments: args, withItems: [{ k: 'v' }] }, new Map());
    expect(one?.arguments?.parameters?.[0]?.value).toBe('v');
    const tried = attempt(() => expanded({ name: 's', withParam: 'x' }, new Map()));
    expect('fault' in tried && tried.fault.message).toBe(
      "withParam value could not be parsed as a JSON list: x: invalid character 'x' looking for beginning of value",
    );
  });
});

describe('tasks', () => {
  const tasks: readonly Task[] = [{ name: 'a' }, { name: 'b-1', continueOn: { failed: true } }];
  const logic = (task: Partial<Task>) =>
    dependenciesOf({ name: 'c', ...task }, name => tasks.find(one => one.name === name));

  it('depend on others as they say, or on their going well', () => {
    expect(logic({ depends: 'a && (b-1.Failed || b-1)' })).toEqual({
      names: ['a', 'b-1'],
      logic:
        '(a.Succeeded || a.Skipped || a.Daemoned) && (b-1.Failed || (b-1.Succeeded || b-1.Skipped || b-1.Daemoned || b-1.Failed))',
    });
    expect(logic({ dependencies: ['a'] }).logic).toBe('(a.Succeeded || a.Skipped || a.Daemoned)');
    expect(logic({})).toEqual({ names: [], logic: '' });
  });
});

describe('sets of containers', () => {
  const problemOf = (containerSet: NonNullable<Template['containerSet']>, more = {}) =>
    workflowProblem(
      {
        metadata: { name: 'w' },
        spec: { entrypoint: 'main', templates: [{ name: 'main', containerSet, ...more }] },
      },
      () => undefined,
    );
  const one = (name: string, ...dependencies: readonly string[]) => ({ name, dependencies });
  const at = 'templates.main.containerSet.containers';
  const output = { outputs: { parameters: [{ name: 'o', valueFrom: { path: '/o' } }] } };

  it.each([
    [{ containers: [one('a'), one('b', 'a')] }, {}, undefined],
    [{ containers: [] }, {}, `${at} must have at least one container`],
    [{ containers: [one('a', 'c')] }, {}, `${at}.a dependency 'c' not defined`],
    [
      { containers: [one('a', 'b'), one('b', 'a')] },
      {},
      `${at} dependency cycle detected: a->b->a`,
    ],
    [
      { containers: [one('a')] },
      output,
      `${at} must have a container named "main" for input or output`,
    ],
    [{ containers: [one('main')] }, output, undefined],
  ])('%j', (containerSet, more, problem) => {
    expect(problemOf(containerSet, more)?.replace(/^.*(?=templates\.main\.containerSet)/, '')).toBe(
      problem,
    );
  });

  it('tell that the driver of Kubeflow Pipelines is not played', () => {
    const container = { name: '', image: 'ghcr.io/kubeflow/kfp-driver:2.5.0', command: ['driver'] };
    const spec = { entrypoint: 'main', templates: [{ name: 'main', container }] };
    const kind = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name: 'w' } };
    expect(workflowHints({ ...kind, spec })).toContain(
      'template main: the driver of Kubeflow Pipelines is not simulated: the steps that it decides on do not run as on a real cluster',
    );
  });
});

describe('locks', () => {
  it('are handed on in the order in which they were asked for', () => {
    const woken: string[] = [];
    const locks = new Locks(key => void woken.push(key));
    const take = (holder: string) => locks.take(holder, [{ name: 'ns/Mutex/m', limit: 1 }]);
    expect(take('ns/a/1')).toEqual({ message: '' });
    expect(take('ns/b/1')).toEqual({
      ...{ waitsFor: 'ns/Mutex/m', message: 'Waiting for ns/Mutex/m lock. Lock status: 0/1' },
    });
    expect(locks.statusOf('ns/b')).toEqual({
      mutex: { waiting: [{ mutex: 'ns/Mutex/m', holder: 'ns/a/1' }] },
    });
    locks.release('ns/a', { isWhole: true });
    expect(woken).toEqual(['ns/b']);
    expect(take('ns/b/1').waitsFor).toBeUndefined();
  });

  it('are held by those that held them before a crash', () => {
    const before = new Locks(() => undefined);
    const take = (locks: Locks, holder: string) =>
      locks.take(holder, [{ name: 'ns/Mutex/m', limit: 1 }]).waitsFor;
    take(before, 'ns/a/1');
    const after = new Locks(() => undefined);
    after.restore(before.statusOf('ns/a') ?? {});
    expect(take(after, 'ns/b/1')).toBe('ns/Mutex/m');
    expect(take(after, 'ns/a/1')).toBeUndefined();
  });
});

describe('pods that have ended', () => {
  const pod: Pod = { metadata: { labels: { keep: 'no' } }, status: { phase: 'Succeeded' } };

  it.each([
    [undefined, 'Running', 'labelPodCompleted'],
    ['OnPodCompletion', 'Running', 'deletePod'],
    ['OnPodSuccess', 'Running', 'deletePod'],
    ['OnWorkflowCompletion', 'Running', undefined],
    ['OnWorkflowCompletion', 'Failed', 'deletePod'],
    ['OnWorkflowSuccess', 'Failed', 'labelPodCompleted'],
  ])('under %s, while the Workflow is %s: %s', (strategy, phase, action) => {
    const podGC = strategy === undefined ? {} : { strategy };
    expect(actionFor(pod, { podGC }, phase)).toBe(action);
  });

  it('are kept where a selector does not mean them', () => {
    const labelSelector = { matchLabels: { keep: 'yes' } };
    const podGC = { strategy: 'OnPodCompletion', labelSelector };
    expect(actionFor(pod, { podGC }, 'Running')).toBe('labelPodCompleted');
  });
});

it('durations are told in the unit that fits', () => {
  expect([1000, 45_000, 100_000, 7_200_000, 90_000_000].map(humanized)).toEqual([
    ...['1 second', '45 seconds', '1 minute 40 seconds', '2 hours 0 minutes', '1 day 1 hours'],
  ]);
});

describe('a spec', () => {
  const leaf: Template = {
    name: 'leaf',
    inputs: { parameters: [{ name: 'p' }] },
    container: { name: '', image: 'i' },
  };
  const p = { arguments: { parameters: [{ name: 'p', value: 'v' }] } };
  const problemOf = (spec: WorkflowSpec) =>
    workflowProblem({ metadata: { name: 'w' }, spec }, () => undefined);
  const dag = (...tasks: readonly Task[]): WorkflowSpec => ({
    entrypoint: 'main',
    templates: [leaf, { name: 'main', dag: { tasks } }],
  });

  it.each<[string, WorkflowSpec, string | undefined]>([
    ['is fine', dag({ name: 'a', template: 'leaf', ...p }), undefined],
    ['has no entry', { templates: [] }, 'spec.entrypoint is required'],
    ['names nothing', { entrypoint: 'x' }, "template name 'x' undefined"],
    [
      'lacks an argument',
      dag({ name: 'a', template: 'leaf' }),
      'templates.main.tasks.a templates.leaf inputs.parameters.p was not supplied',
    ],
    [
      'goes in circles',
      dag(
        { name: 'a', template: 'leaf', dependencies: ['b'], ...p },
        { name: 'b', template: 'leaf', dependencies: ['a'], ...p },
      ),
      'templates.main sorting failed: graph with cycle',
    ],
    [
      'depends on nobody',
      dag({ name: 'a', template: 'leaf', depends: 'z', ...p }),
      'templates.main sorting failed: invalid dependency z',
    ],
    [
      'refers to an unknown parameter',
      {
        entrypoint: 'leaf',
        templates: [{ name: 'leaf', container: { name: '', image: '{{inputs.parameters.q}}' } }],
      },
      'templates.leaf: failed to resolve {{inputs.parameters.q}}',
    ],
    [
      'is of no sort',
      { entrypoint: 'm', templates: [{ name: 'm' }] },
      "template 'm' type is unknown",
    ],
    [
      'has an argument without a value',
      { entrypoint: 'm', arguments: { parameters: [{ name: 'a' }] } },
      'spec.arguments.a.value or spec.arguments.a.valueFrom is required',
    ],
  ])('%s', (_, spec, problem) => {
    expect(problemOf(spec)).toBe(problem);
  });

  it('is told of before it runs', () => {
    const object = {
      ...{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name: 'w' } },
      spec: { entrypoint: 'x' },
    };
    expect(workflowHints(object)).toEqual([
      "it fails at once: invalid spec: template name 'x' undefined",
    ]);
  });
});

describe('CronWorkflows', () => {
  const cron = (spec: Partial<CronWorkflowSpec>, status?: CronWorkflowStatus): CronWorkflow => ({
    metadata: { name: 'c', namespace: 'ns', uid: 'u', labels: { a: 'b' } },
    spec: {
      workflowSpec: {
        entrypoint: 'm',
        templates: [{ name: 'm', container: { name: '', image: 'i' } }],
      },
      ...spec,
    },
    ...(status && { status }),
  });

  it.each<[Partial<CronWorkflowSpec>, string | undefined]>([
    [{ schedule: '0 5 * * *', timezone: 'Asia/Tokyo' }, undefined],
    [
      { schedule: '0 5 * * *', schedules: ['@daily'] },
      'cron workflow cant be configured with both Spec.Schedule and Spec.Schedules',
    ],
    [
      { schedules: ['0 5 * *'] },
      'cron schedule 0 5 * * is malformed: expected exactly 5 fields, found 4: [0 5 * *]',
    ],
    [{ concurrencyPolicy: 'Never' }, "'Never' is not a valid concurrencyPolicy"],
    [
      { workflowSpec: { entrypoint: 'x' } },
      "cannot validate Workflow: template name 'x' undefined",
    ],
  ])('%j: %s', (spec, problem) => {
    expect(cronProblem(cron(spec), () => undefined)).toBe(problem);
  });

  it('make up for what they missed within their deadline', () => {
    const noon = Date.UTC(2026, 0, 1, 12);
    const status = { lastScheduledTime: '2026-01-01T10:00:00Z' };
    const missed = (startingDeadlineSeconds?: number) =>
      missedMs(
        cron(
          {
            schedule: '0 * * * *',
            ...(startingDeadlineSeconds !== undefined && { startingDeadlineSeconds }),
          },
          status,
        ),
        noon + 60_000,
      );
    expect([missed(), missed(30), missed(90)]).toEqual([undefined, undefined, noon]);
  });

  it('make Workflows that are named after their time, until they are to stop', () => {
    const { metadata } = workflowFor(cron({}), Date.UTC(2026, 0, 1));
    expect(metadata).toMatchObject({
      name: 'c-1767225600',
      labels: { 'workflows.argoproj.io/cron-workflow': 'c' },
      annotations: { 'workflows.argoproj.io/scheduled-time': '2026-01-01T00:00:00Z' },
    });
    const stopStrategy = { expression: 'cronworkflow.failed >= 2' };
    expect(isAtEnd(cron({ stopStrategy }, { failed: 1 }))).toBe(false);
    expect(isAtEnd(cron({ stopStrategy }, { failed: 2 }))).toBe(true);
  });
});
