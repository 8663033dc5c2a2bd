import { describe, expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import type { ApiServerOptions } from '../contract.js';
import { createApiServer } from '../index.js';

const path = '/api/v1/componentstatuses';
const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };

function serverWith(options: Pick<ApiServerOptions, 'answersHealth'>) {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1), ...options });
  return (request: Omit<ApiRequest, 'method'>): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    serve({ method: 'GET', ...request }, connection, given => {
      answer = given;
    });
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
}

const well = [{ type: 'Healthy', status: 'True', message: 'ok' }];

describe('component statuses', () => {
  it('are of the programs that run, as they do at the moment', () => {
    const running = new Set(['kube-scheduler', 'kube-controller-manager']);
    const get = serverWith({ answersHealth: program => running.has(program) });
    expect(get({ path }).body).toEqual({
      kind: 'ComponentStatusList',
      apiVersion: 'v1',
      metadata: {},
      items: ['controller-manager', 'etcd-0', 'scheduler'].map(name => ({
        metadata: { name },
        conditions: well,
      })),
    });
    running.delete('kube-scheduler');
    expect(get({ path: `${path}/scheduler` })).toMatchObject({
      status: 200,
      body: {
        kind: 'ComponentStatus',
        metadata: { name: 'scheduler' },
        conditions: [
          {
            status: 'False',
            message:
              'Get "https://127.0.0.1:10259/healthz": dial tcp 127.0.0.1:10259: connect: connection refused',
          },
        ],
      },
    });
  });

  it('are selected, printed, and not found by other names', () => {
    const get = serverWith({});
    const selected = get({ path: `${path}?fieldSelector=metadata.name%3Detcd-0` });
    expect(selected.body).toMatchObject({ items: [{ conditions: well }] });
    expect(get({ path: `${path}?labelSelector=a%3Db` }).body).toMatchObject({ items: [] });
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    expect(get({ path: `${path}/etcd-0`, headers: { accept } }).body).toMatchObject({
      rows: [{ cells: ['etcd-0', 'Healthy', 'ok', ''] }],
    });
    expect(get({ path: `${path}?watch=1` })).toMatchObject({
      status: 405,
      body: { message: 'watch is not supported on resources of kind "componentstatuses"' },
    });
    expect(get({ path: `${path}/etcd-1` })).toMatchObject({
      status: 404,
      body: {
        message: 'componentstatus "etcd-1" not found',
        details: { name: 'etcd-1', kind: 'componentstatus' },
      },
    });
  });
});
