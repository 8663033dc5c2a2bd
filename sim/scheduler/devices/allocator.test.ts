/** What the vectors leave out: distinct attributes, access of administrators, shares, stale pools. */
import { describe, expect, it } from 'vitest';
import type {
  Device,
  DeviceClaim,
  DeviceClass,
  ResourceClaim,
  ResourceSlice,
  ResourceSliceSpec,
} from '../../api/kinds/resource.js';
import { allocatedDevices } from './allocated-devices.js';
import { Allocator } from './allocator.js';

const node = { metadata: { name: 'n1' } };
const anyGpu: DeviceClass = {
  metadata: { name: 'gpu' },
  spec: { selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] },
};

function slice(devices: readonly Device[], more: Partial<ResourceSliceSpec> = {}): ResourceSlice {
  return {
    metadata: { name: `slice-of-${devices[0]?.name ?? 'counters'}` },
    spec: {
      driver: 'gpu.example.com',
      nodeName: 'n1',
      pool: { name: 'n1', generation: 1, resourceSliceCount: 1 },
      devices,
      ...more,
    },
  };
}

function claim(devices: DeviceClaim): ResourceClaim {
  return { metadata: { namespace: 'default', name: 'claim', uid: 'u' }, spec: { devices } };
}

function exactly(count: number, more: object = {}): DeviceClaim {
  const request = { deviceClassName: 'gpu', allocationMode: 'ExactCount', count, ...more };
  return { requests: [{ name: 'r', exactly: request }] };
}

function allocate(
  slices: readonly ResourceSlice[],
  wanted: DeviceClaim,
  holders: readonly ResourceClaim[] = [],
): unknown {
  const allocated = allocatedDevices(holders);
  const allocator = new Allocator({ slices, allocated, classOf: () => anyGpu });
  const allocation = allocator.allocate(node, [claim(wanted)]);
  if (!('results' in allocation)) return allocation;
  return allocation.results[0]?.devices?.results?.map(({ device }) => device);
}

function held(device: string, more: object = {}): ResourceClaim {
  const result = { request: 'r', driver: 'gpu.example.com', pool: 'n1', device, ...more };
  return { ...claim({}), status: { allocation: { devices: { results: [result] } } } };
}

const onBoard = (name: string, board: string): Device => ({
  name,
  attributes: { board: { string: board } },
});

describe('Allocator', () => {
  const boards = [onBoard('a', 'x'), onBoard('b', 'x'), onBoard('c', 'y')];

  it('goes back when devices must have an attribute in common', () => {
    const constraints = [{ matchAttribute: 'gpu.example.com/board' }];
    const mixed = [onBoard('a', 'x'), onBoard('b', 'y'), onBoard('c', 'y')];
    expect(allocate([slice(mixed)], { ...exactly(2), constraints })).toEqual(['b', 'c']);
  });

  it('gives requests devices that differ', () => {
    const constraints = [{ distinctAttribute: 'gpu.example.com/board' }];
    const one = { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 };
    const requests = [
      { name: 'r1', exactly: one },
      { name: 'r2', exactly: one },
    ];
    expect(allocate([slice(boards)], { requests, constraints })).toEqual(['a', 'c']);
  });

  it('lets administrators use devices that are taken', () => {
    const holders = [held('a')];
    expect(allocate([slice([{ name: 'a' }])], exactly(1), holders)).toEqual({
      refusal: 'cannot allocate all claims',
    });
    const wanted = exactly(1, { adminAccess: true });
    expect(allocate([slice([{ name: 'a' }])], wanted, holders)).toEqual(['a']);
  });

  it('shares a device as far as its capacity goes, in the steps of its policy', () => {
    const requestPolicy = { default: '10Gi', validRange: { min: '10Gi', step: '10Gi' } };
    const device: Device = {
      name: 'a',
      allowMultipleAllocations: true,
      capacity: { memory: { value: '40Gi', requestPolicy } },
    };
    const share = (size: string) => exactly(1, { capacity: { requests: { memory: size } } });
    const holders = [held('a', { shareID: 's', consumedCapacity: { memory: '20Gi' } })];
    expect(allocate([slice([device])], share('15Gi'), holders)).toEqual(['a']);
    expect(allocate([slice([device])], share('21Gi'), holders)).toEqual({
      refusal: 'cannot allocate all claims',
    });
    const twice = { requests: [...(share('5Gi').requests ?? [])] };
    const [first] = twice.requests;
    if (first !== undefined) twice.requests.push({ ...first, name: 'r2' });
    expect(allocate([slice([device])], twice, holders)).toEqual(['a', 'a']);
  });

  it('takes nothing from a pool of which slices are missing', () => {
    const partial = slice([{ name: 'a' }], {
      pool: { name: 'n1', generation: 1, resourceSliceCount: 2 },
    });
    expect(allocate([partial], exactly(1))).toEqual({ refusal: 'cannot allocate all claims' });
    const all = {
      requests: [{ name: 'r', exactly: { deviceClassName: 'gpu', allocationMode: 'All' } }],
    };
    expect(allocate([partial], all)).toEqual({
      error:
        'claim default/claim, request r: asks for all devices, ' +
        'but resource pool gpu.example.com/n1 is currently being updated',
    });
  });

  it('follows the newest generation of a pool', () => {
    const old = slice([{ name: 'old' }]);
    const pool = { name: 'n1', generation: 2, resourceSliceCount: 1 };
    expect(allocate([old, slice([{ name: 'new' }], { pool })], exactly(1))).toEqual(['new']);
  });

  it('tells of selectors that cannot be evaluated', () => {
    const selectors = [{ cel: { expression: 'device.attributes["gpu.example.com"].none == 1' } }];
    const answer = allocate([slice([{ name: 'a' }])], exactly(1, { selectors }));
    expect(answer).toMatchObject({
      error: expect.stringMatching(
        /^claim default\/claim: selector #0: CEL runtime error/,
      ) as string,
    });
  });
});
