import { describe, expect, it } from 'vitest';
import { toldBy } from './told-by.js';

const klog = `I0820 08:54:58.104211       1 server.go:177] "Starting Kubernetes Scheduler" version="v1.36.1"
I0820 09:08:02.412000       1 schedule_one.go:481] "Successfully bound pod to node" pod="shop/web-1" node="n1" evaluatedNodes=4 feasibleNodes=2
I0820 09:33:20.031000       1 schedule_one.go:1239] "Unable to schedule pod; no fit; waiting" pod="shop/web-2" err="0/4 nodes are available: 4 Insufficient cpu."
`;
const json = `{"ts":1787216882412.0,"caller":"scheduler/schedule_one.go:481","msg":"Successfully bound pod to node","v":2,"pod":{"name":"web-1","namespace":"shop"},"node":"n1","evaluatedNodes":4,"feasibleNodes":2}\n`;

describe("the scheduler's log", () => {
  it('tells decisions of klog lines, without a year', async () => {
    const { format, told } = await toldBy('scheduler.log', klog);
    expect(format).toBe("scheduler's log");
    expect(told.decisions).toMatchObject([
      { namespace: 'shop', pod: 'web-1', node: 'n1', evaluatedNodes: 4, feasibleNodes: 2 },
      { pod: 'web-2', unschedulable: '0/4 nodes are available: 4 Insufficient cpu.' },
    ]);
    expect(told.counts.get("lines of the scheduler's log")).toBe(3);
  });

  it('tells those of JSON lines', async () => {
    const { told } = await toldBy('scheduler.json.log', json);
    expect(told.decisions).toMatchObject([{ atMs: 1787216882412, pod: 'web-1', node: 'n1' }]);
  });

  it('tells lines that are none, and a torn last one', async () => {
    const { told } = await toldBy('scheduler.log', `${klog}goroutine 1 [running]:\nI0820 09:`);
    expect(told.problems.map(({ source, what }) => [source.line, what])).toEqual([
      [4, 'no line of a log; left out'],
      [5, 'the file ends within this line; left out'],
    ]);
  });
});
