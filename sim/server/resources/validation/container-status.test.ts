import { expect, it } from 'vitest';
import type { Pod, PodExtendedResourceClaimStatus } from '../../../api/kinds/core.js';
import type { FieldError } from '../field-error.js';
import { checkContainerStatuses, checkExtendedClaim } from './container-status.js';

const spec = { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] };
const base = { name: 'c', ready: true, restartCount: 0, image: 'i', imageID: '' };

it('checks the users and the devices that the statuses of containers tell', () => {
  const cpu = { name: 'cpu', resources: [{ resourceID: 'a', health: 'Bad' }, { resourceID: 'a' }] };
  const user = { linux: { uid: -1, gid: 1 } };
  const one = { ...base, user, allocatedResourcesStatus: [cpu] };
  const other = { ...base, allocatedResourcesStatus: [{ name: 'gpu' }, { name: 'claim:x' }] };
  const gone = { ...base, name: 'gone', allocatedResourcesStatus: [{ name: 'gpu' }] };
  const status = {
    containerStatuses: [one, other, gone],
    ephemeralContainerStatuses: [{ ...one, user: {} }],
  };
  expect(wrong({ metadata: { name: 'p' }, spec, status })).toEqual([
    [
      'containerStatuses[0].user.linux.uid',
      'Invalid value: -1: must be between 0 and 2147483647, inclusive',
    ],
    [
      'containerStatuses[0].allocatedResourcesStatus[0].resources[0].health',
      `Unsupported value: "Bad": ${healths}`,
    ],
    [
      'containerStatuses[0].allocatedResourcesStatus[0].resources[1].health',
      `Unsupported value: "": ${healths}`,
    ],
    [
      'containerStatuses[0].allocatedResourcesStatus[0].resources[1].resourceID',
      'Duplicate value: "a"',
    ],
    ['containerStatuses[1].allocatedResourcesStatus[0].name', expect.stringMatching(/requests$/)],
    ['containerStatuses[1].allocatedResourcesStatus[1].name', expect.stringMatching(/claim:<cl/)],
    [
      'ephemeralContainerStatuses[0].allocatedResourcesStatus',
      'Forbidden: must not be specified in container status',
    ],
  ]);
  const windows = { ...spec, os: { name: 'windows' } };
  const statuses = { containerStatuses: [{ ...base, user }] };
  expect(wrong({ metadata: { name: 'p' }, spec: windows, status: statuses })).toEqual([
    ['containerStatuses[0].user.linux', 'Forbidden: cannot be set for a windows pod'],
  ]);
});

it('checks the claim that stands for extended resources', () => {
  const mapping = { containerName: 'd', resourceName: 'cpu', requestName: 'R_' };
  const told = (claim: Partial<PodExtendedResourceClaimStatus>) => {
    const errors: FieldError[] = [];
    checkExtendedClaim(claim, spec, errors);
    return errors.map(({ path }) => path.replace('status.extendedResourceClaimStatus.', ''));
  };
  expect(told({})).toEqual(['requestMappings', 'resourceClaimName']);
  expect(told({ requestMappings: [mapping, mapping], resourceClaimName: 'n' })).toEqual([
    'requestMappings[0].containerName',
    'requestName',
    'requestMappings[1].containerName',
    'requestName',
    'requestMappings[1].containerName',
    'requestMappings[1].resourceName',
    'requestMappings[1].requestName',
  ]);
});

const healths = 'supported values: "Healthy", "Unhealthy", "Unknown"';

function wrong(pod: Pod): readonly unknown[] {
  const errors: FieldError[] = [];
  checkContainerStatuses(pod, errors);
  return errors.map(({ path, text }) => [path.replace('status.', ''), text]);
}
