/** `seatrial bench` as users run it: what it prints, what it writes, and how it ends. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshFolder, seatrial } from './cli/seatrial.js';

const nodes = 'sn,cpu_milli,memory_mib,gpu,model\nn1,64000,65536,4,T4\nn2,64000,65536,4,T4\n';
const pods =
  'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\np1,4000,4096,1,500,\np2,4000,4096,2,1000,T4\n';

describe('seatrial bench', () => {
  it('shows something at once, and writes its files', () => {
    const folder = freshFolder();
    const words = ['--policy', 'fgd,kube-default', '--seeds', '1-2', '--out', 'out'];
    const { code, stdout, stderr } = seatrial(folder, 'bench', ...words);
    expect(code).toBe(0);
    expect(stdout).toContain('GPUs allocated, in % of all');
    expect(stdout).toMatch(/fgd against kube-default: /);
    expect(stderr).toContain('written to out');
    expect(readdirSync(join(folder, 'out')).sort()).toEqual([
      'alloc_by_arrival.csv',
      'failed_pods.csv',
      'figures.csv',
      'frag_of_total_by_arrival.csv',
      'frag_ratio_by_arrival.csv',
      'report.html',
      'report.json',
      'summary.csv',
    ]);
    const table = readFileSync(join(folder, 'out/alloc_by_arrival.csv'), 'utf8');
    expect(table).toMatch(/^workload,sc_policy,tune,seed,total_gpus,0,1,2,/);
    expect(table).toContain('\ngenerated,06-FGD,1.3,1,216,');
  });

  it('runs the before and after that ships', () => {
    const file = resolve('scenarios/capacity/before-after.yaml');
    const words = ['--arrival', 'times', '--load', '0.7', '--seeds', '1-4', '--what-if', file];
    const { code, stdout } = seatrial(freshFolder(), 'bench', ...words);
    expect(code).toBe(0);
    expect(stdout).toMatch(/fgd after against kube-default before: .* s, better/);
  });

  it('ends with 1 where published results lie beside the trace and are not met', () => {
    const folder = freshFolder({
      'openb_node_list_gpu_node.csv': nodes,
      'openb_pod_list_default.csv': pods,
    });
    mkdirSync(join(folder, 'expected'));
    const words = ['openb', '--trace', '.', '--policy', 'fgd', '--seeds', '42'];
    expect(seatrial(folder, 'bench', ...words).code).toBe(0);
    const table = 'workload,sc_policy,tune,seed,0,1\nopenb_pod_list_default,06-FGD,1.3,42,0,99\n';
    writeFileSync(join(folder, 'expected/alloc_by_arrival.csv'), table);
    const { code, stdout } = seatrial(folder, 'bench', ...words);
    expect(code).toBe(1);
    expect(stdout).toContain('NOT REPRODUCED');
  });

  it('ends with 2 and the next step on bad input', () => {
    const { code, stderr } = seatrial(freshFolder(), 'bench', 'openb');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /openb is read from a folder that you name\n {2}next: get the traces: git clone/,
    );
  });
});
