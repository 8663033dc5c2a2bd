/** The figures of a run in time: waiting, completion, use, cost, fairness. */
import type { JobRecord } from '../timed/account.js';
import type { TimedResult } from '../timed/timed-run.js';
import type { FigureGroup, FigureKind, Figures } from './figures.js';

const kinds = ['cpu', 'share', 'one', 'multi', 'gang'] as const;

const kindLabels = {
  cpu: 'CPU only',
  share: 'share',
  one: 'one GPU',
  multi: 'several',
  gang: 'gangs',
} as const;

/** Namespaces of which each gets figures of its own, at most. */
const namespacesMax = 12;

function seconds(key: string, label: string, definition: string): FigureKind {
  return { key, label, unit: 's', digits: 0, better: 'less', definition };
}

function hours(
  key: string,
  label: string,
  better: 'more' | 'less',
  definition: string,
): FigureKind {
  return { key, label, unit: 'h', digits: 1, better, definition };
}

/** The groups, in the order in which they are told; the namespaces are those of the jobs. */
export function timedGroups(namespaces: readonly string[]): readonly FigureGroup[] {
  return [deploymentGroup, waitingGroup, completionGroup, hoursGroup, ...fairness(namespaces)];
}

const deploymentGroup: FigureGroup = {
  title: 'deployment and use',
  kinds: [
    seconds(
      'deployment',
      'deployment s',
      'mean time from submission until all pods of a job have their places, jobs that never had them counting until the end',
    ),
    {
      key: 'utilisation',
      label: 'use %',
      unit: '%',
      digits: 2,
      better: 'more',
      definition: 'GPU-hours of running jobs in % of all GPU-hours until the last job came',
    },
    seconds(
      'completion',
      'mean JCT s',
      'mean job completion time: from submission to the end; jobs that never ended count until the last end',
    ),
    seconds('completion95', 'p95 JCT s', '95th percentile of job completion times'),
    seconds('span', 'makespan s', 'from the first arrival to the last end'),
    {
      key: 'never',
      label: 'never ran',
      unit: 'jobs',
      digits: 1,
      better: 'less',
      definition: 'jobs that never had all their places',
    },
  ],
};

const waitingGroup: FigureGroup = {
  title: 'waiting, in seconds',
  kinds: [
    seconds('wait50', 'median', 'median wait of jobs that started'),
    seconds('wait90', 'p90', '90th percentile of waits'),
    seconds('wait99', 'p99', '99th percentile of waits'),
    seconds(
      'longestWait',
      'longest',
      'longest wait, jobs that never started counting until the end',
    ),
    ...kinds.map(kind =>
      seconds(`wait.${kind}`, kindLabels[kind], `mean wait of jobs (${kindLabels[kind]})`),
    ),
  ],
};

const completionGroup: FigureGroup = {
  title: 'job completion time by class, mean in seconds',
  kinds: kinds.map(kind =>
    seconds(
      `completion.${kind}`,
      kindLabels[kind],
      `mean completion time of jobs (${kindLabels[kind]})`,
    ),
  ),
};

const hoursGroup: FigureGroup = {
  title: 'GPU-hours and cost',
  kinds: [
    hours(
      'usedHours',
      'used',
      'more',
      'GPU-hours of running jobs, what was done again counting again',
    ),
    hours(
      'heldHours',
      'held by parts',
      'less',
      'GPU-hours held by pods of gangs that were not whole',
    ),
    hours('idleHours', 'idle', 'less', 'GPU-hours that no one had until the last job ended'),
    hours('lostHours', 'lost', 'less', 'GPU-hours of work that was lost when jobs were stopped'),
    {
      key: 'cost',
      label: 'cost $',
      unit: '$',
      digits: 0,
      better: 'less',
      definition: 'price of all GPUs until the last job ended',
    },
    {
      key: 'idleCost',
      label: 'idle $',
      unit: '$',
      digits: 0,
      better: 'less',
      definition: 'price of idle and half-held GPU-hours at the mean price of a GPU',
    },
    {
      key: 'stops',
      label: 'stops',
      unit: '',
      digits: 1,
      better: 'less',
      definition: 'jobs stopped for others',
    },
    {
      key: 'moves',
      label: 'moves',
      unit: '',
      digits: 1,
      definition: 'pods moved by re-packing',
    },
  ],
};

function fairness(namespaces: readonly string[]): readonly FigureGroup[] {
  if (namespaces.length < 2) return [];
  const index: FigureKind = {
    key: 'fairness',
    label: 'Jain index',
    unit: '',
    digits: 3,
    better: 'more',
    definition:
      "Jain's index of the namespaces' slowdowns (completion over duration, mean): 1 is equal for all",
  };
  const own = namespaces.slice(0, namespacesMax);
  return [
    {
      title: 'fairness between namespaces: mean slowdown (completion time over run time)',
      kinds: [
        index,
        ...own.map((name): FigureKind => ({
          key: `slowdown.${name}`,
          label: name,
          unit: '',
          digits: 2,
          better: 'less',
          definition: `mean of completion time over run time of the jobs of ${name}`,
        })),
      ],
    },
    {
      title: 'longest wait by namespace, in seconds',
      kinds: own.map(name => seconds(`longest.${name}`, name, `longest wait of a job of ${name}`)),
    },
    {
      title: 'share of GPU-hours got by mid-run over share asked for, by namespace',
      kinds: own.map((name): FigureKind => ({
        key: `share.${name}`,
        label: name,
        unit: '',
        digits: 2,
        definition: `what ${name} got of all GPU-hours given over what it asked of all, of jobs ended when half of the span was over`,
      })),
    },
  ];
}

/** The figures by which setups are compared first: the essay's two, and the JCT. */
export const timedMain = ['deployment', 'utilisation', 'completion'] as const;

/** The figures of a run. */
export function timedFigures(result: TimedResult, hourly: number | undefined): Figures {
  const { jobs, sums, spanSeconds, capacityMilli, arrivals } = result;
  const figures: Record<string, number> = {};
  const started = jobs.flatMap(({ waitSeconds }) => waitSeconds ?? []).sort(ascending);
  const ended = jobs
    .map(job => job.completionSeconds ?? spanSeconds - job.submitSeconds)
    .sort(ascending);
  const deployments = jobs.map(job => job.waitSeconds ?? spanSeconds - job.submitSeconds);
  const gpuHours = (work: number): number => work / 1000 / 3600;
  const offered = gpuHours(capacityMilli * spanSeconds);
  const used = gpuHours(sums.running);
  const held = gpuHours(sums.held);
  figures.deployment = meanOf(deployments);
  figures.utilisation =
    arrivals.seconds === 0 ? 0 : (100 * arrivals.running) / (capacityMilli * arrivals.seconds);
  if (ended.length > 0) {
    figures.completion = meanOf(ended);
    figures.completion95 = quantile(ended, 0.95);
  }
  figures.span = spanSeconds;
  figures.never = jobs.length - started.length;
  if (started.length > 0) {
    figures.wait50 = quantile(started, 0.5);
    figures.wait90 = quantile(started, 0.9);
    figures.wait99 = quantile(started, 0.99);
  }
  figures.longestWait = deployments.reduce((most, wait) => Math.max(most, wait), 0);
  for (const kind of kinds) {
    const own = jobs.filter(job => job.kind === kind);
    const waits = own.flatMap(({ waitSeconds }) => waitSeconds ?? []);
    const completions = own.flatMap(({ completionSeconds }) => completionSeconds ?? []);
    if (waits.length > 0) figures[`wait.${kind}`] = meanOf(waits);
    if (completions.length > 0) figures[`completion.${kind}`] = meanOf(completions);
  }
  figures.usedHours = used;
  figures.heldHours = held;
  figures.idleHours = offered - used - held;
  figures.lostHours = gpuHours(sums.lost);
  if (hourly !== undefined) {
    figures.cost = (hourly * spanSeconds) / 3600;
    figures.idleCost = offered === 0 ? 0 : (figures.cost * (offered - used)) / offered;
  }
  figures.stops = result.stops;
  figures.moves = result.moves;
  addFairness(figures, jobs, spanSeconds);
  return figures;
}

function addFairness(
  figures: Record<string, number>,
  jobs: readonly JobRecord[],
  spanSeconds: number,
): void {
  const namespaces = [...new Set(jobs.map(({ namespace }) => namespace))].sort();
  if (namespaces.length < 2) return;
  const half = spanSeconds / 2;
  const wanted = sumOf(jobs.map(({ wantedWork }) => wantedWork));
  const isGot = (job: JobRecord): boolean =>
    job.completionSeconds !== undefined && job.submitSeconds + job.completionSeconds <= half;
  const got = sumOf(jobs.filter(isGot).map(({ wantedWork }) => wantedWork));
  const slowdowns = namespaces.map(name => {
    const own = jobs.filter(({ namespace }) => namespace === name);
    const longest = own.map(job => job.waitSeconds ?? spanSeconds - job.submitSeconds);
    figures[`longest.${name}`] = longest.reduce((most, wait) => Math.max(most, wait), 0);
    const asked = sumOf(own.map(({ wantedWork }) => wantedWork)) / wanted;
    const received = sumOf(own.filter(isGot).map(({ wantedWork }) => wantedWork)) / got;
    if (asked > 0 && got > 0) figures[`share.${name}`] = received / asked;
    const slow = own.flatMap(({ completionSeconds, durationSeconds }) =>
      completionSeconds === undefined ? [] : completionSeconds / durationSeconds,
    );
    if (slow.length > 0) figures[`slowdown.${name}`] = meanOf(slow);
    return slow.length > 0 ? meanOf(slow) : 0;
  });
  const squares = sumOf(slowdowns.map(value => value * value));
  if (squares > 0) figures.fairness = sumOf(slowdowns) ** 2 / (slowdowns.length * squares);
}

const ascending = (a: number, b: number): number => a - b;

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : sumOf(values) / values.length;
}

/** The smallest value that so large a share of the sorted values is not above. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
