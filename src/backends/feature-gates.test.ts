/** Feature gates of a kind configuration: what the simulation takes, and what it refuses. */
import { describe, expect, it } from 'vitest';
import { checkedGates } from './feature-gates.js';

const runtimeConfig = { 'scheduling.k8s.io/v1alpha2': 'true' };

function checked(featureGates: Readonly<Record<string, boolean>>, config = runtimeConfig) {
  return checkedGates({ file: 'kind.yaml', featureGates, runtimeConfig: config });
}

describe('feature gates', () => {
  it('are taken where they are known, and left alone elsewhere', () => {
    const gates = { GenericWorkload: true, GangScheduling: true, KubeletTracing: true };
    expect(checked(gates)).toEqual({ GenericWorkload: true, GangScheduling: true });
    expect(checked({ GenericWorkload: false })).toEqual({});
  });

  it('need what they depend on', () => {
    expect(() => checked({ GangScheduling: true })).toThrow(
      'kind.yaml: featureGates.GangScheduling: depends on features that are disabled: [GenericWorkload]',
    );
  });

  it('need their API', () => {
    expect(() => checked({ GenericWorkload: true }, {} as never)).toThrow(
      'featureGates.GenericWorkload: needs the API scheduling.k8s.io/v1alpha2, which is not served',
    );
    expect(checked({ GenericWorkload: true }, { 'api/alpha': 'true' } as never)).toEqual({
      GenericWorkload: true,
    });
  });

  it('that would make a real cluster another are refused', () => {
    expect(() => checked({ WorkloadAwarePreemption: true })).toThrow('does not have this gate');
  });
});
