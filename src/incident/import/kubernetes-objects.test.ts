import { describe, expect, it } from 'vitest';
import { toldBy } from './told-by.js';

const pod = (name: string): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, uid: u-${name} }
spec:
  containers:
  - name: main
    image: web
`;

const names = async (path: string, text: string): Promise<(string | undefined)[]> => {
  const { format, told } = await toldBy(path, text);
  expect(format).toBe('kubectl get');
  return told.known.all().map(({ newest }) => newest.object.metadata.name);
};

describe('kubectl get', () => {
  it('reads a stream of documents', async () => {
    expect(await names('a.yaml', `${pod('a')}---\n${pod('b')}`)).toEqual(['a', 'b']);
  });

  it('reads a List and a typed list whose items have no kind, in YAML and in JSON', async () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a\nmetadata: {}\n`;
    expect(await names('a.yaml', list)).toEqual(['a']);
    const typed = { kind: 'PodList', apiVersion: 'v1', items: [{ metadata: { name: 'b' } }] };
    const { told } = await toldBy('b.json', JSON.stringify(typed, null, 2));
    expect(told.known.all()[0]?.newest.object).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
  });

  it('takes a list of nothing: items null', async () => {
    const { told } = await toldBy('c.json', '{"kind":"PodList","apiVersion":"v1","items":null}');
    expect(told.known.all()).toEqual([]);
    expect(told.problems).toEqual([]);
  });

  it('tells a torn item with its line, and keeps those before it', async () => {
    const items = [pod('a'), pod('b')].map((_, index) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `p${index}` },
    }));
    const text = JSON.stringify({ kind: 'List', apiVersion: 'v1', items }, null, 2).slice(0, -40);
    const { told } = await toldBy('torn.json', text);
    expect(told.known.all().map(({ newest }) => newest.object.metadata.name)).toEqual(['p0']);
    expect(told.problems).toEqual([
      { source: { file: 'torn.json', line: 12 }, what: 'the file ends within this; left out' },
    ]);
  });

  it('tells a document that is no YAML and reads on behind it', async () => {
    const { told } = await toldBy('d.yaml', `${pod('a')}---\nkind: [\n---\n${pod('b')}`);
    expect(told.known.all()).toHaveLength(2);
    expect(told.problems.map(({ source }) => source.line)).toEqual([9]);
  });

  it('keeps nothing of what is in a Secret', async () => {
    const secret =
      'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\ndata: { pw: aHVudGVyMg== }\n';
    const { told } = await toldBy('e.yaml', secret);
    expect(told.known.all()[0]?.newest.object['data']).toEqual({ pw: '' });
  });
});
