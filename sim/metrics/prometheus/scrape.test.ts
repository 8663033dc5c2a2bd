import { describe, expect, it } from 'vitest';
import { queryAt } from '../promql/query.js';
import { type Series, SeriesStore } from '../promql/series-store.js';
import { TargetScrape } from './scrape.js';

function target(honorsTimes = true) {
  const store = new SeriesStore();
  const about = { job: 'j', instance: '10.0.0.1:80', honorsTimes };
  let scrape = new TargetScrape(about, store);
  let nowMs = 0;
  const take = (text: string | undefined) => scrape.take(text, (nowMs += 10_000));
  /** Another goes on with it, as after a reload. */
  const handOn = () => {
    const next = new TargetScrape(about, store);
    next.follow(scrape);
    scrape = next;
  };
  /** What the series of a name had at each scrape, from the first one that showed it on. */
  const told = (name: string) =>
    store
      .select([])
      .filter(({ labels }) => labels.name === name)
      .map(series => Array.from({ length: series.count }, (_, index) => sampleOf(series, index)));
  return { take, told, handOn };
}

function sampleOf(series: Series, index: number) {
  return series.isStale(index) ? 'stale' : series.values[index];
}

const text = (a: number | string, b: number | string) =>
  `# HELP a What a is.\n# TYPE a counter\na{x="1"} ${a}\na{x="2"} ${b}\n# TYPE c gauge\nc 7\n`;

describe('A target that is scraped again and again', () => {
  it('has the values of each scrape, however long they are', () => {
    const { take, told } = target();
    take(text(1, 2));
    take(text(10, 2.5));
    take(text('1e3', '+Inf'));
    take(text(-1, 0));
    expect(told('a')).toEqual([
      [1, 10, 1000, -1],
      [2, 2.5, Infinity, 0],
    ]);
    expect(told('c')).toEqual([[7, 7, 7, 7]]);
    expect(told('scrape_samples_scraped')).toEqual([[3, 3, 3, 3]]);
  });

  it('makes native histograms of classic ones where it is told to', () => {
    const store = new SeriesStore();
    const about = { job: 'j', instance: 'i', convertsHistograms: 'instead' } as const;
    const lines = ['le="1"} 2', 'le="5"} 3', 'le="+Inf"} 4'].map(line => `h_bucket{${line}\n`);
    new TargetScrape(about, store).take(
      `# TYPE h histogram\n${lines.join('')}h_sum 9\nh_count 4\na_count 7\n`,
      10_000,
    );
    const shown = store.select([]).map(({ labels }) => labels.name);
    expect(shown).toEqual(['a_count', 'h', 'up', 'scrape_samples_scraped']);
    const answer = queryAt(store, 'histogram_quantile(0.75, h) or histogram_sum(h)', 10_000);
    expect(answer).toMatchObject({ value: { elements: [{ value: 5 }] } });
  });

  it('ends series that it shows no more, and goes on with them', () => {
    const { take, told } = target();
    take(text(1, 2));
    take(text(1, 2));
    take('a{x="1"} 3\nc 7\n');
    take('a{x="1"} 4\nc 8\n');
    take(text(5, 6));
    take(text(6, 7));
    expect(told('a')).toEqual([
      [1, 1, 3, 4, 5, 6],
      [2, 2, 'stale', 6, 7],
    ]);
    expect(told('scrape_samples_scraped')).toEqual([[3, 3, 2, 2, 3, 3]]);
  });

  it('does not end series whose times it tells, and takes no time twice', () => {
    const { take, told } = target();
    take('a 1 5000\n');
    take('a 1 5000\n');
    take('a 2 25000\n');
    take('c 7\n');
    expect(told('a')).toEqual([[1, 2]]);
    expect(told('scrape_samples_scraped')).toEqual([[1, 1, 1, 1]]);
  });

  it('keeps from one that it follows what is shown, and whose times are told', () => {
    const { take, told, handOn } = target();
    take('a 1 5000\nb 1\n');
    handOn();
    take('c 7\n');
    expect(told('a')).toEqual([[1]]);
    expect(told('b')).toEqual([[1, 'stale']]);
  });

  it('has the times of the scrapes where those that it tells do not count', () => {
    const { take, told } = target(false);
    take('a 1 5000\n');
    take('a 1 5000\n');
    take('c 7\n');
    expect(told('a')).toEqual([[1, 1, 'stale']]);
  });

  it('ends all when it does not answer or cannot be read, and goes on with all', () => {
    const { take, told } = target();
    take(text(1, 2));
    take(undefined);
    take(text(3, 4));
    take(text('three', 4));
    take(text('three', 4));
    take(text(5, 6));
    expect(told('a')).toEqual([
      [1, 'stale', 3, 'stale', 5],
      [2, 'stale', 4, 'stale', 6],
    ]);
    expect(told('up')).toEqual([[1, 0, 1, 0, 0, 1]]);
  });

  it('is read whole where its last line has no end, or more follows', () => {
    const { take, told } = target();
    take('a 1');
    take('a 2');
    take('a 3\n');
    take('a 4\nb 1\n');
    expect(told('a')).toEqual([[1, 2, 3, 4]]);
    expect(told('b')).toEqual([[1]]);
  });
});
