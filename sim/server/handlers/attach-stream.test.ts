import { expect, it } from 'vitest';
import type { StreamSink } from '../../api/request.js';
import { attachedStream, type Typed } from './attach-stream.js';
import { channels, type ChannelItem } from './exec-stream.js';

function attached(typed: Typed) {
  let source: StreamSink | undefined;
  let isStopped = false;
  const stream = attachedStream(
    { stream: { start: sink => ((source = sink), () => (isStopped = true)) } },
    typed,
  );
  if ('code' in stream) throw new Error(stream.message);
  const told: unknown[] = [];
  stream.start({
    item: item => {
      const { channel, data } = item as ChannelItem;
      told.push(channel === channels.outcome ? (data as { status: string }).status : data);
    },
    end: () => told.push('end'),
  });
  const type = (text?: string) =>
    stream.receive?.({
      channel: channels.stdin,
      ...(text !== undefined && { data: new TextEncoder().encode(text) }),
    });
  return { told, type, source: () => source, isStopped: () => isStopped };
}

it('hands on what is typed, and stays to the end of the container where that ends with its input', () => {
  const heard: unknown[] = [];
  const one = attached(piece => (heard.push(piece), 'attached'));
  one.type('a');
  one.type();
  one.source()?.item('a\n');
  one.source()?.end();
  expect(heard).toEqual(['a', undefined]);
  expect(one.told).toEqual(['a\n', 'Success', 'end']);
});

it('leaves a container whose input stays open when nothing more is typed', () => {
  const one = attached(piece => (piece === undefined ? 'detached' : 'attached'));
  one.type('a');
  expect(one.told).toEqual([]);
  one.type();
  expect([one.told, one.isStopped()]).toEqual([['Success', 'end'], true]);
  one.source()?.item('late');
  one.source()?.end();
  expect(one.told).toHaveLength(2);
});
