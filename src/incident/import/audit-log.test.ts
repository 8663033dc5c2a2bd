import { describe, expect, it } from 'vitest';
import { toldBy } from './told-by.js';

interface Fields {
  readonly [field: string]: unknown;
}

let number = 0;
const event = (fields: Fields): Fields => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: `00000000-0000-4000-8000-${String(++number).padStart(12, '0')}`,
  stage: 'ResponseComplete',
  verb: 'patch',
  requestURI: '/apis/apps/v1/namespaces/shop/deployments/web',
  user: { username: 'dave', groups: ['oncall'] },
  objectRef: {
    resource: 'deployments',
    namespace: 'shop',
    name: 'web',
    apiGroup: 'apps',
    apiVersion: 'v1',
  },
  responseStatus: { code: 200 },
  requestObject: { spec: { replicas: 3 } },
  requestReceivedTimestamp: '2026-08-20T09:00:00.000000Z',
  stageTimestamp: '2026-08-20T09:00:00.005000Z',
  ...fields,
});
const lines = (...events: readonly Fields[]): string =>
  events.map(each => `${JSON.stringify(each)}\n`).join('');

describe('the audit log', () => {
  it('tells writes with who, what and the likely type of a patch', async () => {
    const argo = {
      requestURI: '/apis/x.io/v1/cars/a',
      objectRef: { resource: 'cars', apiGroup: 'x.io', apiVersion: 'v1', name: 'a' },
    };
    const applied = {
      requestURI: '/apis/apps/v1/namespaces/shop/deployments/web?fieldManager=flux&force=true',
      requestObject: { apiVersion: 'apps/v1', kind: 'Deployment', spec: {} },
    };
    const { format, told } = await toldBy(
      'audit.log',
      lines(event({}), event(argo), event(applied)),
    );
    expect(format).toBe('audit log');
    expect(told.writes.length).toBe(3);
    expect(told.counts.get('audit events')).toBe(3);
  });

  it('counts 403s and leaves out reads, other stages, dry runs and reviews', async () => {
    const { told } = await toldBy(
      'audit.log',
      lines(
        event({ responseStatus: { code: 403 } }),
        event({ verb: 'get' }),
        event({ stage: 'RequestReceived' }),
        event({ requestURI: '/apis/apps/v1/x?dryRun=All' }),
        event({ objectRef: { resource: 'tokenreviews' }, verb: 'create' }),
      ),
    );
    expect(told.counts.get('audit events')).toBe(5);
    expect(told.counts.get('audit events with 403')).toBe(1);
    expect(told.writes.length).toBe(1);
  });

  it('tells what is torn or doubled with its line, and sorts what is out of order', async () => {
    const late = event({
      requestReceivedTimestamp: '2026-08-20T09:05:00Z',
      stageTimestamp: '2026-08-20T09:05:00Z',
    });
    const early = event({});
    const text = `${lines(late, early, early)}not json\n${lines(event({})).slice(0, 90)}`;
    const { told } = await toldBy('audit.log', text);
    expect(told.writes.length).toBe(2);
    expect(told.problems.map(({ source, what }) => [source.line, what.slice(0, 40)])).toEqual([
      [4, 'not JSON; left out'],
      [5, 'the file ends within this line; left out'],
      [3, 'told before; 1 such in this file left ou'],
      [undefined, '1 audit events are out of order: sorted '],
    ]);
  });

  it('keeps nothing of what is written into a Secret', async () => {
    const secret = event({
      objectRef: { resource: 'secrets', namespace: 'shop', name: 's', apiVersion: 'v1' },
      verb: 'create',
      requestObject: {
        kind: 'Secret',
        apiVersion: 'v1',
        metadata: { name: 's' },
        stringData: { pw: 'hunter2' },
      },
    });
    const { told } = await toldBy('audit.log', lines(secret));
    expect(JSON.stringify(told.known.all())).not.toContain('hunter2');
  });

  it('is recognised with blanks behind its colons as well', async () => {
    const { format } = await toldBy(
      'audit.log',
      JSON.stringify(event({}), undefined, 1).replaceAll('\n', '') + '\n',
    );
    expect(format).toBe('audit log');
  });
});

it("is known where it is torn within its first line or garbled, and the kernel's is not taken for it", async () => {
  const [line = ''] = lines(event({})).split('\n');
  const cut = await toldBy('logs/cut.log', line.slice(60, 500));
  expect(cut.format).toBe('audit log');
  expect(cut.told.isEmpty).toBe(true);
  expect(cut.told.problems).toEqual([
    { source: { file: 'logs/cut.log', line: 1 }, what: 'the file ends within this line; left out' },
  ]);
  const garbled = await toldBy('x/kube-apiserver-audit.log', 'k|v|w\nx\n');
  expect(garbled.told.problems[0]).toMatchObject({
    source: { line: 1 },
    what: 'not JSON; left out',
  });
  const kernel = await toldBy(
    'audit/audit.log',
    'type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e\n',
  );
  expect(kernel.format).toBe('logs of containers');
});
