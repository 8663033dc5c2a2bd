/** What the command line says becomes a plan; what it cannot mean is refused with the next step. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBench } from '../bench.js';
import { benchPage } from '../html/page.js';
import { figuresCsv, reportJson } from '../results/files.js';
import { benchText } from '../results/text.js';
import { planOf, type BenchFlags } from './plan.js';

const flags: BenchFlags = { workload: 'default', seeds: '1-2', tune: '1.3', price: [] };
const folder = mkdtempSync(join(tmpdir(), 'seatrial-bench-'));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const nodes = file(
  'nodes.csv',
  'sn,cpu_milli,memory_mib,gpu,model\nn1,64000,65536,4,T4\nn2,64000,65536,8,A100\n',
);
const podHead =
  'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time,scheduled_time';
const pods = file(
  'pods.csv',
  `${podHead}\np1,4000,4096,1,500,,0,600,10\np2,4000,4096,2,1000,A100,5,900,6\np3,2000,1024,0,0,,7,50,\n`,
);

describe('bad input', () => {
  const torn = (name: string, text: string) => ({ nodes, pods: file(name, text) });
  it.each([
    ['a torn row', torn('torn.csv', `${podHead}\np1,4000\n`), /torn\.csv:2: the row is torn/],
    [
      'no number',
      torn('number.csv', `${podHead}\np1,x,1,1,1,,,,\n`),
      /number\.csv:2: cpu_milli: "x" is not a whole number/,
    ],
    [
      'a share of several',
      torn('share.csv', `${podHead}\np1,1,1,2,500,,,,\n`),
      /share\.csv:2: gpu_milli: 500 thousandths of each of 2 GPUs/,
    ],
    [
      'no column',
      torn('column.csv', 'name,cpu_mili,memory_mib,num_gpu,gpu_milli\n'),
      /column\.csv:1: cpu_milli: the column is missing/,
    ],
    [
      'an end before the start',
      torn('end.csv', `${podHead}\np1,1,1,1,1,,50,20,\n`),
      /end\.csv:2: deletion_time: 20 is before/,
    ],
    ['one of two files', { pods }, /--nodes and --pods go together/],
    ['an unknown policy', { policy: 'fdg' }, /there is no policy fdg/],
    ['bad seeds', { seeds: '5-1' }, /--seeds 5-1 is no list/],
    ['a bad ratio', { tune: 'x' }, /--tune x is not a ratio/],
    ['a bad price', { price: ['T4'] }, /--price T4 cannot be read/],
    ['a bad pool', { addNodes: '4xT4' }, /--add-nodes: "4xT4" cannot be read/],
    ['a GPU cut beyond seven', { mig: 'A100=4g+4g' }, /--mig: "A100=4g\+4g" cannot be read/],
    ['rules without time', { preemption: true }, /rules of waiting need time/],
    ['an unknown baseline', { baseline: 'x' }, /--baseline x is not among/],
  ])('%s is refused', (_, own, message) => {
    expect(() => planOf('generated', { ...flags, ...own })).toThrow(message);
  });

  it('tells where to get the traces', () => {
    expect(() => planOf('openb', flags)).toThrow(/a folder that you name/);
    expect(() => planOf('openb', { ...flags, trace: folder })).toThrow(
      /no openb_node_list_gpu_node\.csv in/,
    );
    expect(() => planOf('openbb', flags)).toThrow(/there is no trace openbb/);
  });

  it('points at the line of a what-if', () => {
    const whatIf = file(
      'what-if.yaml',
      'apiVersion: seatrial.dev/v1alpha1\nkind: Bench\nspec:\n  variants:\n    - name: a\n      shraing: 2\n',
    );
    expect(() => planOf('generated', { ...flags, whatIf })).toThrow(
      /what-if\.yaml:6: spec\.variants\[0\]\.shraing: unknown field "shraing"/,
    );
  });
});

describe('a bench', () => {
  it('says the same with one thread and with two', async () => {
    const own = { ...flags, policy: 'fgd,random,kube-default' };
    const plan = { ...planOf('generated', own), keepsHeat: true };
    const [one, two] = [
      await runBench({ ...plan, workers: 1 }),
      await runBench({ ...plan, workers: 2 }),
    ];
    expect(reportJson(two)).toBe(reportJson(one));
    const withoutRates = (text: string) => text.replace(/^pods \(or requests\) a second.*$/m, '');
    expect(withoutRates(benchText(two))).toBe(withoutRates(benchText(one)));
    const cells = (report: typeof one) =>
      report.workloads[0]?.setups.map(({ runs }) => runs[0]?.heat?.cells);
    expect(cells(two)).toEqual(cells(one));
  });

  it('runs on own files, in all shapes of reports', async () => {
    const plan = planOf('generated', {
      ...flags,
      nodes,
      pods,
      policy: 'fgd,bestfit',
      addNodes: '1x8xH100',
    });
    const report = await runBench({ ...plan, workers: 1, keepsHeat: true });
    const [workload] = report.workloads;
    expect(workload?.setups.map(({ setup }) => setup.name)).toEqual([
      'fgd',
      'bestfit',
      'fgd what-if',
      'bestfit what-if',
    ]);
    expect(workload?.setups[2]?.runs[0]?.capacityMilli).toBe(20_000);
    expect(benchText(report)).toContain('GPUs allocated, in % of all');
    expect(figuresCsv(report)).toMatch(/,fgd what-if,fgd,smallest-name,1,allocated60,/);
    const page = benchPage(report);
    expect(page).toContain('data:image/png;base64,');
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  });

  it('gives the two metrics of a before and an after, with baseline and spread', async () => {
    const whatIf = file(
      'before-after.yaml',
      `apiVersion: seatrial.dev/v1alpha1
kind: Bench
spec:
  variants:
    - name: before
      policies: [kube-default]
      sharing: 1
    - name: after
      policies: [fgd]
      rules: { repack: { everySeconds: 900, movesMax: 8, pauseSeconds: 30 } }
`,
    );
    const plan = planOf('generated', {
      ...flags,
      whatIf,
      arrival: 'times',
      load: '0.8',
      seeds: '1-2',
    });
    const report = await runBench({ ...plan, workers: 1, keepsHeat: false });
    expect(report.baseline).toBe('kube-default before');
    const [deployment, use] = report.workloads[0]?.comparisons ?? [];
    expect(deployment?.kind.key).toBe('deployment');
    expect(deployment?.sentence).toMatch(/^fgd after against kube-default before: .*95 % interval/);
    expect(use?.kind.key).toBe('utilisation');
  });
});
