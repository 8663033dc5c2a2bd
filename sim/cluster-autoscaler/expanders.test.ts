import { describe, expect, it } from 'vitest';
import { Random } from '../engine/random.js';
import { bestOption, type ExpanderName, type ExpansionOption } from './expanders.js';
import { madeGroup, madeNode, madePod } from './made-objects.js';

function option(name: string, cpu: string, memory: string, counts = [1, 1]): ExpansionOption {
  const [nodeCount = 0, pods = 0] = counts;
  const pod = madePod('p', { cpu: '500m', memory: '1000Mi' });
  const node = madeNode(name, { cpu, memory });
  return { group: madeGroup(name, { max: 9 }), nodeCount, pods: Array(pods).fill(pod), node };
}

function best(options: readonly ExpansionOption[], ...names: ExpanderName[]): string | undefined {
  return bestOption(options, names, undefined)?.group.name;
}

describe('expanders', () => {
  const balanced = option('balanced', '8', '16000Mi');
  const highMemory = option('highmem', '8', '32000Mi');
  const lowCpu = option('lowcpu', '4', '16000Mi');

  it('take what wastes the least of CPU and memory', () => {
    expect(best([balanced], 'least-waste')).toBe('balanced');
    expect(best([highMemory, balanced], 'least-waste')).toBe('balanced');
    expect(best([balanced, highMemory, lowCpu], 'least-waste')).toBe('lowcpu');
  });

  it('filter in turn', () => {
    const many = option('many', '64', '999Gi', [3, 4]);
    const few = option('few', '64', '99Gi', [2, 4]);
    expect(best([balanced, many, few], 'most-pods')).toBe('many');
    expect(best([balanced, many, few], 'most-pods', 'least-nodes')).toBe('few');
    expect(best([], 'most-pods')).toBeUndefined();
  });

  it('break the last tie by chance', () => {
    const twins = [option('a', '8', '16000Mi'), option('b', '8', '16000Mi')];
    const drawn = Array.from({ length: 20 }, (_, seed) => {
      return bestOption(twins, ['least-waste'], new Random(seed, 'tie'))?.group.name;
    });
    expect(new Set(drawn)).toEqual(new Set(['a', 'b']));
  });
});
