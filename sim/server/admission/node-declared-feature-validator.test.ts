import { expect, it } from 'vitest';
import { pods } from '../../api/kinds/core.js';
import type { AdmissionAttributes, AdmissionContext } from './plugin.js';
import { nodeDeclaredFeatureValidator as validator } from './node-declared-feature-validator.js';

const podLevel = 'InPlacePodLevelResourcesVerticalScaling';
const ofInit = 'InPlacePodVerticalScalingInitContainers';

function told(
  [old, changed]: readonly [object, object],
  declaredFeatures: readonly string[] | undefined,
): string | undefined {
  const object = (spec: object) => ({ metadata: { name: 'p' }, spec: { nodeName: 'n', ...spec } });
  const attributes = {
    ...{ resource: pods, subresource: 'resize', name: 'p' },
    ...{ object: object(changed), oldObject: object(old) },
  } as unknown as AdmissionAttributes;
  const access = { get: () => declaredFeatures && { status: { declaredFeatures } } };
  const context = { access } as unknown as AdmissionContext;
  const outcome = validator.validate?.(attributes, context);
  return outcome?.kind === 'refused' ? outcome.refusal.message : undefined;
}

const cpu = (amount: string) => ({ resources: { requests: { cpu: amount } } });
const init = (amount: string, more = {}) => ({ initContainers: [{ ...cpu(amount), ...more }] });

it('lets a pod change in place only where its node declares that it can', () => {
  expect(told([cpu('1'), cpu('2')], [podLevel])).toBeUndefined();
  expect(told([cpu('1'), cpu('1')], [])).toBeUndefined();
  expect(told([{}, cpu('2')], [ofInit])).toBe(
    `pods "p" is forbidden: pod update requires features ${podLevel} which are not available on node "n"`,
  );
  const both = [
    { ...cpu('1'), ...init('1') },
    { ...cpu('2'), ...init('2') },
  ] as const;
  expect(told(both, [])).toBe(
    `pods "p" is forbidden: pod update requires features ${podLevel}, ${ofInit} which are not available on node "n"`,
  );
  expect(told([init('1'), init('2')], [podLevel])).toContain(`features ${ofInit} which`);
  const sidecar = { restartPolicy: 'Always' };
  expect(told([init('1', sidecar), init('2', sidecar)], [])).toBeUndefined();
  expect(told([cpu('1'), cpu('2')], undefined)).toBe('pods "p" is forbidden: node "n" not found');
});
