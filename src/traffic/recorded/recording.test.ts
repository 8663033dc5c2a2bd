/** Recordings: what is read, what is refused and where, and how they are replayed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../input/errors.js';
import type { ColumnNames } from './columns.js';
import { checkRecording, RecordedTraffic, recordedTransactions } from './recording.js';

const folder = mkdtempSync(join(tmpdir(), 'seatrial-recording-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(text: string, name = 'traffic.csv'): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function refusal(text: string, columns?: ColumnNames): string {
  const file = fileOf(text);
  try {
    checkRecording({ file, ...(columns !== undefined && { columns }) });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.message.replace(file, 'FILE')} -> ${error.details.next ?? ''}`;
  }
  return 'nothing is wrong';
}

const plain = `customer,terminal,amount,time
7,3,12.50,2026-11-27T12:00:00Z
7,9,1,2026-11-27T12:00:00.250Z
8,3,99.999,2026-11-27T12:00:02Z
`;
const noon = Date.parse('2026-11-27T12:00:00Z');

describe('checkRecording', () => {
  it('tells what a file holds', () => {
    expect(checkRecording({ file: fileOf(plain) })).toEqual({
      rows: 3,
      fromMs: noon,
      untilMs: noon + 2000,
      customers: 9,
      terminals: 10,
      hasLabels: false,
      frauds: 0,
    });
  });

  it.each([
    ['', 'FILE: is empty'],
    ['customer,terminal,amount,time\n', 'FILE: has a header and no row'],
    ['customer,amount,time\n1,2,3\n', 'FILE:1: has no column for the terminal; it has customer,'],
    ['customer,terminal,time,amount,time\n', 'FILE:1: names the column "time" twice'],
    [`${plain}7,3,1`, 'FILE:5: the row is torn: it has 3 cells, the header 4'],
    [`${plain}7,3,"1,2026-11-27T12:00:03Z`, 'FILE:5: the row is torn: it has a quote that is not'],
    [`${plain}7,3,1,2026-11-27T11:59:59Z`, 'FILE:5: time: time goes back from 2026-11-27T12:00:02'],
    [`${plain}7,3,1,yesterday`, 'FILE:5: time: "yesterday" is not an instant'],
    [`${plain}7,3,-1,2026-11-27T12:00:03Z`, 'FILE:5: amount: "-1" is not an amount'],
    [`${plain}7,3,,2026-11-27T12:00:03Z`, 'FILE:5: amount: an empty cell is not an amount'],
    [`${plain}seven,3,1,2026-11-27T12:00:03Z`, 'FILE:5: customer: "seven" is not a number, as'],
    ['customer,terminal,amount,time,fraud\n1,1,1,0,2', 'FILE:2: fraud: "2" is not a label'],
    ['a\0b\n', 'FILE:1: is not text'],
    ['{"customer":1}', 'FILE:1: has no column for the time'],
    ['{"customer":1,"terminal":1,"amount":1,"time":1}\n{"cust', 'FILE:2: the row is torn: it is'],
    ['{"customer":1,"terminal":1,"amount":1,"time":1}\n7', 'FILE:2: the row is torn: it is not a'],
    ['{"customer":1,"terminal":1,"amount":1,"time":1}\n{}', 'FILE:2: time: an empty cell is not'],
  ])('refuses %j', (text, what) => {
    const told = refusal(text);
    expect(told.slice(0, what.length)).toBe(what);
    expect(told.split(' -> ')[1]).not.toBe('');
  });

  it('refuses a column that is not there, and says which was meant', () => {
    expect(refusal(plain, { amount: 'amont' })).toBe(
      'FILE:1: has no column "amont" for the amount -> did you mean amount?',
    );
  });

  it('refuses a file that is not there', () => {
    expect(() => checkRecording({ file: join(folder, 'none.csv') })).toThrow('no such file');
  });
});

describe('recordedTransactions', () => {
  const read = (text: string, columns?: ColumnNames) => [
    ...recordedTransactions({ file: fileOf(text), ...(columns !== undefined && { columns }) }),
  ];

  it('rounds to cents, and takes rows without a label for genuine', () => {
    expect(read(plain)[2]).toEqual({
      timeMs: noon + 2000,
      customer: 8,
      terminal: 3,
      amount: 100,
      scenario: 0,
    });
  });

  it('reads the columns of the handbook, quotes, other line ends and instants without a zone', () => {
    const text =
      '\uFEFFTX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD_SCENARIO\r\n' +
      '2018-04-01 00:00:31,596,3156,"57.16",0\r\n\r\n' +
      '2018-04-01 00:02:10,4961,3412,81.51,3\r\n';
    expect(read(text)).toEqual([
      {
        timeMs: Date.UTC(2018, 3, 1, 0, 0, 31),
        customer: 596,
        terminal: 3156,
        amount: 57.16,
        scenario: 0,
      },
      {
        timeMs: Date.UTC(2018, 3, 1, 0, 2, 10),
        customer: 4961,
        terminal: 3412,
        amount: 81.51,
        scenario: 3,
      },
    ]);
  });

  it('numbers names, reads seconds and labels of all kinds', () => {
    const rows = [
      { card: 'C9', merchant: 'M"1', amt: 3, timestamp: 1_800_000_000, fraud: true },
      { card: 'C8', merchant: 'M"1', amt: '4.5', timestamp: 1_800_000_000_500, fraud: 0 },
      { card: 'C9', merchant: 'M2', amt: 5, timestamp: 1_800_000_001, fraud: 'false' },
    ];
    const text = rows.map(row => JSON.stringify(row)).join('\n');
    expect(read(text).map(one => Object.values(one))).toEqual([
      [1_800_000_000_000, 0, 0, 3, 7],
      [1_800_000_000_500, 1, 0, 4.5, 0],
      [1_800_000_001_000, 0, 1, 5, 0],
    ]);
  });

  it('takes columns by the names that it is given', () => {
    const text = 'who,where,how_much,when\n1,2,3,4\n';
    const columns = { customer: 'who', terminal: 'where', amount: 'HOW_MUCH', time: 'when' };
    expect(Object.values(read(text, columns)[0] ?? {})).toEqual([4000, 1, 2, 3, 0]);
  });

  it('reads across the pieces in which a file is read', () => {
    const rows = Array.from({ length: 80_000 }, (_, at) => `${at},${at % 7},1.25,${at}`);
    const all = read(`customer,terminal,amount,time\n${rows.join('\n')}`);
    expect(all).toHaveLength(80_000);
    expect(all.every((one, at) => one.customer === at && one.timeMs === at * 1000)).toBe(true);
  });
});

describe('RecordedTraffic', () => {
  const startMs = Date.UTC(2030, 0, 1);
  const replay = (): RecordedTraffic => {
    const file = fileOf(plain);
    return new RecordedTraffic({ file, startMs, fromMs: checkRecording({ file }).fromMs });
  };

  it('lets rows arrive at their own distances from the start, window by window', () => {
    const traffic = replay();
    const offsets = (fromMs: number, untilMs: number): number[] => {
      const { count, offsetsMs } = traffic.between(startMs + fromMs, startMs + untilMs);
      return [...offsetsMs.subarray(0, count)];
    };
    expect(offsets(0, 1000)).toEqual([0, 250]);
    expect(offsets(1000, 2000)).toEqual([]);
    expect(offsets(2000, 3000)).toEqual([0]);
    expect(offsets(3000, 4000)).toEqual([]);
  });

  it('gives the transaction of an arrival, also when some are left out', () => {
    const traffic = replay();
    expect(traffic.transaction(0)?.customer).toBe(7);
    expect(traffic.transaction(2)).toEqual({
      timeMs: startMs + 2000,
      customer: 8,
      terminal: 3,
      amount: 100,
      scenario: 0,
    });
    expect(traffic.transaction(3)).toBeUndefined();
    traffic.close();
  });

  it('gives the row of an instant', () => {
    const traffic = replay();
    expect(traffic.next(startMs).terminal).toBe(3);
    expect(traffic.next(startMs + 2000)).toMatchObject({ customer: 8, timeMs: startMs + 2000 });
    expect(traffic.next(startMs + 5000)).toMatchObject({ customer: 8, timeMs: startMs + 5000 });
  });
});
