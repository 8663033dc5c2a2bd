import { describe, expect, it } from 'vitest';
import { Past, podSpec, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { gangNoDeadlock } from './gang-no-deadlock.js';
import { gangWholeOrNot } from './gang-whole-or-not.js';

const gpu = { 'nvidia.com/gpu': '1' };
const scheduler = 'system:kube-scheduler';

/** A job of two workers, none of which has a node yet. */
function withJob(past: Past, name: string): Past {
  const metadata = { labels: { 'training.kubeflow.org/job-name': name } };
  return past
    .as('ci')
    .write('MXJob', `t/${name}`, {
      spec: { mxReplicaSpecs: { Worker: { replicas: 2 } }, runPolicy: { schedulingPolicy: {} } },
    })
    .write('Pod', `t/${name}-0`, { metadata, spec: podSpec(gpu) })
    .write('Pod', `t/${name}-1`, { metadata, spec: podSpec(gpu) })
    .as(scheduler);
}

const bind = (past: Past, name: string): Past =>
  past.write('Pod', `t/${name}`, { spec: podSpec(gpu, 'n1') });

const volcanoPod = (group: string) => ({
  metadata: { annotations: { 'scheduling.k8s.io/group-name': group } },
  spec: podSpec(gpu),
});

/** A group of Volcano that needs two of its three pods, none of which has a node yet. */
function volcanoGroup(past: Past, name: string): Past {
  past.write('PodGroup', `t/${name}`, {
    apiVersion: 'scheduling.volcano.sh/v1beta1',
    spec: { minMember: 2 },
  });
  for (const index of [0, 1, 2]) past.write('Pod', `t/${name}-${index}`, volcanoPod(name));
  return past;
}

describe('gang-whole-or-not', () => {
  it('is broken when half a gang holds its place for minutes', () => {
    const past = bind(withJob(new Past(), 'a').at('10s'), 'a-0').at('10m');
    expect(storyOf(past.verdict(gangWholeOrNot))).toEqual({
      what: 'MXJob t/a holds capacity with 1 of 2 members for 5 min',
      objects: ['MXJob t/a', 'Pod t/a-0'],
      evidence: ['10s system:kube-scheduler writes Pod t/a-0: it is on n1'],
    });
  });

  it('lets a gang that was whole lose a member, and one that gives all back try again', () => {
    const whole = bind(bind(withJob(new Past(), 'a').at('10s'), 'a-0').at('20s'), 'a-1')
      .at('1m')
      .write('Pod', 't/a-1', { status: { phase: 'Failed' } })
      .at('20m');
    expect(whole.verdict(gangWholeOrNot)).toMatchObject({ kind: 'held', looked: 1 });
    const back = bind(withJob(new Past(), 'a').at('10s'), 'a-0').at('2m').remove('Pod', 't/a-0');
    expect(back.at('20m').verdict(gangWholeOrNot).kind).toBe('held');
  });

  it('lets a plain job come to be pod by pod', () => {
    const past = withJob(new Past(), 'a').write('MXJob', 't/a', {
      spec: { mxReplicaSpecs: { Worker: { replicas: 2 } } },
    });
    expect(bind(past, 'a-0').at('10m').verdict(gangWholeOrNot).kind).toBe('vacuous');
  });

  it('goes by the PodGroup where there is one', () => {
    const metadata = { labels: { 'scheduling.x-k8s.io/pod-group': 'g' } };
    const past = new Past()
      .write('PodGroup', 't/g', { spec: { minMember: 3 } })
      .write('Pod', 't/one', { metadata, spec: podSpec(gpu) });
    const verdict = bind(past, 'one').at('10m').verdict(gangWholeOrNot);
    expect(storyOf(verdict).what).toBe('PodGroup t/g holds capacity with 1 of 3 members for 5 min');
  });

  it('judges the groups of Volcano, by the annotation of their pods', () => {
    const past = volcanoGroup(new Past(), 'g').as('volcano-scheduler');
    bind(past.at('10s'), 'g-0').at('10m');
    expect(storyOf(past.verdict(gangWholeOrNot))).toEqual({
      what: 'PodGroup t/g holds capacity with 1 of 2 members for 5 min',
      objects: ['PodGroup t/g', 'Pod t/g-0'],
      evidence: ['10s volcano-scheduler writes Pod t/g-0: it is on n1'],
    });
  });

  it("lets Volcano's groups run with as many members as they need, and begin anew", () => {
    const enough = bind(bind(volcanoGroup(new Past(), 'g'), 'g-0').at('20s'), 'g-1').at('10m');
    expect(enough.verdict(gangWholeOrNot)).toMatchObject({ kind: 'held', looked: 1 });
    // A job that is restarted before it was whole deletes its pods and keeps its group.
    const again = bind(volcanoGroup(new Past(), 'g').at('10s'), 'g-0')
      .at('4m')
      .remove('Pod', 't/g-0')
      .write('Pod', 't/g-0', volcanoPod('g'));
    bind(bind(again.at('7m'), 'g-0').at('8m'), 'g-1').at('20m');
    expect(again.verdict(gangWholeOrNot).kind).toBe('held');
  });

  it('does not take a group of another scheduler for one of Volcano', () => {
    const past = new Past()
      .write('PodGroup', 't/g', { spec: { minMember: 2 } })
      .write('Pod', 't/g-0', volcanoPod('g'));
    expect(bind(past, 'g-0').at('10m').verdict(gangWholeOrNot).kind).toBe('vacuous');
  });

  it('judges the groups of Kubernetes itself, once they have as many as they need', () => {
    const spec = { ...podSpec(gpu), schedulingGroup: { podGroupName: 'g' } };
    const bound = { ...podSpec(gpu, 'n1'), schedulingGroup: { podGroupName: 'g' } };
    const past = (policy: object): Past =>
      new Past()
        .write('PodGroup', 't/g', {
          apiVersion: 'scheduling.k8s.io/v1alpha2',
          spec: { schedulingPolicy: policy },
        })
        .write('Pod', 't/one', { spec })
        .write('Pod', 't/two', { spec })
        .write('Pod', 't/three', { spec })
        .write('Pod', 't/one', { spec: bound });
    const half = past({ gang: { minCount: 2 } })
      .at('10m')
      .verdict(gangWholeOrNot);
    expect(storyOf(half).what).toBe('PodGroup t/g holds capacity with 1 of 2 members for 5 min');
    const enough = past({ gang: { minCount: 2 } }).write('Pod', 't/two', { spec: bound });
    expect(enough.at('10m').verdict(gangWholeOrNot)).toMatchObject({ kind: 'held' });
    const basic = past({ basic: {} }).at('10m');
    expect(basic.verdict(gangWholeOrNot).kind).toBe('vacuous');
  });

  it('has nothing to judge in an empty history', () => {
    expect(verdictOnNothing(gangWholeOrNot)).toBe('vacuous');
  });
});

describe('gang-no-deadlock', () => {
  it('is broken when two gangs hold half of what the other needs', () => {
    const past = withJob(withJob(new Past(), 'a'), 'b');
    bind(bind(past.at('10s'), 'a-0').at('20s'), 'b-0').at('10m');
    expect(storyOf(past.verdict(gangNoDeadlock))).toEqual({
      what: 'MXJob t/a and MXJob t/b each hold nvidia.com/gpu that the other waits for, for 5 min',
      objects: ['MXJob t/a', 'MXJob t/b'],
      evidence: [
        '10s system:kube-scheduler writes Pod t/a-0: it is on n1',
        '20s system:kube-scheduler writes Pod t/b-0: it is on n1',
      ],
    });
  });

  it('says what is missing where nobody is asked to start them whole', () => {
    const plain = { spec: { mxReplicaSpecs: { Worker: { replicas: 2 } } } };
    const past = withJob(withJob(new Past(), 'a'), 'b').write('MXJob', 't/a', plain);
    bind(bind(past.at('10s'), 'a-0').at('20s'), 'b-0').at('10m');
    expect(storyOf(past.verdict(gangNoDeadlock)).what).toMatch(
      /for 5 min; nobody is asked to start MXJob t\/a whole: give it a PodGroup \(with the gates/,
    );
  });

  it('lets one gang wait for another that is whole', () => {
    const past = withJob(withJob(new Past(), 'a'), 'b');
    bind(bind(bind(past.at('10s'), 'a-0'), 'a-1').at('20s'), 'b-0').at('10m');
    expect(past.verdict(gangNoDeadlock).kind).toBe('held');
  });

  it("is broken by Volcano's groups too, and not by pods that no group is short of", () => {
    const both = () => volcanoGroup(volcanoGroup(new Past(), 'a'), 'b').as('volcano-scheduler');
    const past = both();
    bind(bind(past.at('10s'), 'a-0').at('20s'), 'b-0').at('10m');
    expect(storyOf(past.verdict(gangNoDeadlock)).what).toBe(
      'PodGroup t/a and PodGroup t/b each hold nvidia.com/gpu that the other waits for, for 5 min',
    );
    // The third pods wait, but both groups have what they need.
    const enough = both();
    for (const name of ['a-0', 'b-0', 'a-1', 'b-1']) bind(enough.at('10s'), name);
    expect(enough.at('10m').verdict(gangNoDeadlock).kind).toBe('held');
  });

  it('has nothing to judge in an empty history', () => {
    expect(verdictOnNothing(gangNoDeadlock)).toBe('vacuous');
  });
});
