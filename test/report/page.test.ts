/** The HTML report as a reader has it: in a browser, by keyboard, in light and dark, without a network. */
import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { htmlReporter } from '../../src/report/html.js';
import { loadScenario } from '../../src/scenario/scenario.js';
import { sail } from '../../src/scenario/voyage.js';
import { chromium, Page } from './browser.js';
import { badRun, reportOf } from './runs.js';

/** Texts whose contrast with what is behind them is too low: below 4.5, or 3 for large ones. */
const faint = `(() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const channel = value => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const low = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || !element || element.closest('script,style,title,.gpus,.hidden')) continue;
    if (element.ownerSVGElement && element.closest('[class^=mark-],.letter')) continue;
    const style = getComputedStyle(element);
    const color = parse(element.ownerSVGElement ? style.fill : style.color);
    const [a, b] = [light(color), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) low.push(element.className + ': ' + node.data.trim() + ' ' + ratio);
  }
  return low;
})()`;

const skipped =
  chromium === undefined
    ? ' (skipped: no Chromium on this machine; apt-get install chromium, or set CHROMIUM)'
    : '';

describe.skipIf(chromium === undefined)(`The page in Chromium${skipped}`, () => {
  const file = join(mkdtempSync(join(tmpdir(), 'seatrial-page-')), 'report.html');
  let page: Page;

  beforeAll(async () => {
    const scenario = loadScenario('scenarios/distributed-training/scenario.yaml');
    const voyage = await sail(scenario, {
      seed: 1,
      config: 'kind-config.yaml',
      tell: () => undefined,
    });
    const run = { ...voyage, wallMs: 1, hints: [] };
    writeFileSync(
      file,
      htmlReporter(reportOf(run, { ...badRun, scenario: run.scenario, file: run.file })),
    );
    page = await Page.open(file);
    // The tab of the run: the comparison comes first.
    await page.ask(`document.getElementById('tab-1').click()`);
  });

  afterAll(() => page[Symbol.asyncDispose]());

  const value = (): Promise<number> =>
    page.ask(`Number(document.getElementById('instant-0').value)`);
  const text = (id: string): Promise<string> =>
    page.ask(`document.getElementById('${id}').textContent`);

  it('zooms into the time line around the instant, by buttons and by keys, and text stays text', async () => {
    const lanes = `document.querySelector('#r0-time .lanes')`;
    const width = (): Promise<number> => page.ask(`${lanes}.offsetWidth`);
    const tall = (): Promise<number> => page.ask(`${lanes}.offsetHeight`);
    const label = (): Promise<number> =>
      page.ask(`${lanes}.querySelector('.axis text:last-child').getBoundingClientRect().width`);
    const isCursorSeen = `(() => {
      const box = ${lanes}.parentElement.getBoundingClientRect();
      const { left } = ${lanes}.querySelector('.cursor').getBoundingClientRect();
      return left >= box.left && left <= box.right;
    })()`;
    const before = { width: await width(), tall: await tall(), label: await label() };
    await page.ask(`document.querySelector('#r0-time [data-zoom="2"]').click()`);
    await page.ask(`document.querySelector('#r0-time [data-zoom="2"]').click()`);
    expect(await width()).toBeCloseTo(4 * before.width, -1);
    expect(Math.abs((await tall()) - before.tall)).toBeLessThan(before.tall * 0.1);
    expect(Math.abs((await label()) - before.label)).toBeLessThan(before.label * 0.1);
    expect(await page.ask(isCursorSeen)).toBe(true);
    expect(await page.ask(`document.querySelector('#r0-time .zoom output').textContent`)).toBe(
      '4 times',
    );
    await page.ask(`${lanes}.parentElement.dispatchEvent(
      new KeyboardEvent('keydown', { key: '0', bubbles: true }))`);
    expect(await width()).toBe(before.width);
    expect(page.errors).toEqual([]);
  });

  it('is one small file that asks for nothing and complains of nothing', async () => {
    expect(statSync(file).size).toBeLessThan(300_000);
    expect(page.requests).toEqual([]);
    expect(page.errors).toEqual([]);
    expect(await page.ask(`performance.getEntriesByType('resource').length`)).toBe(0);
  });

  it('moves through the run by keys: the cursor, the cluster and its changes follow', async () => {
    await page.ask(`document.getElementById('instant-0').focus()`);
    await page.press('Home', 36);
    expect(await value()).toBe(0);
    expect(await text('held-0')).toBe('0 of 10 held');
    await page.press('PageUp', 33);
    await page.press('PageUp', 33);
    const later = await value();
    expect(later).toBe(200);
    expect(await text('held-0')).toBe('4 of 10 held');
    expect(await text('nodes-0')).toContain('Running default/distributed-training-worker-0');
    await page.press('ArrowRight', 39);
    expect(await value()).toBeGreaterThan(later);
    expect(
      await page.ask(`document.getElementById('instant-0').getAttribute('aria-valuetext')`),
    ).toMatch(/^0:00:\d\d(\.\d)? after the start$/);
  });

  it('goes from event to event, and tells what changed since', async () => {
    const press = (jump: number): Promise<unknown> =>
      page.ask(`document.querySelector('[data-explorer="0"] [data-jump="${jump}"]').click();
        new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))`);
    await page.ask(`document.getElementById('instant-0').focus()`);
    await page.press('End', 35);
    expect(await text('diff-title-0')).toContain('the job succeeds');
    expect(await text('diff-0')).toContain(
      'default/MXJob distributed-training Running → Succeeded',
    );
    await press(-2);
    expect(await text('cluster-time-0')).toMatch(/^0:00:2\d/);
    expect(await text('diff-title-0')).toContain('worker 2 comes back');
    await press(2);
    expect(await text('diff-title-0')).toContain('the job succeeds');
  });

  it('has tabs that arrows move between', async () => {
    await page.ask(`document.getElementById('tab-1').focus()`);
    await page.press('ArrowRight', 39);
    expect(await page.ask(`document.activeElement.id`)).toBe('tab-2');
    expect(await page.ask(`getComputedStyle(document.getElementById('panel-1')).display`)).toBe(
      'none',
    );
    expect(await text('panel-2')).toContain('Namespace a uses 3 of 2');
    await page.press('ArrowLeft', 37);
    expect(await page.ask(`document.querySelector('[aria-selected=true]').id`)).toBe('tab-1');
    expect(await page.ask(`getComputedStyle(document.activeElement).outlineStyle`)).toBe('solid');
  });

  it.each(['light', 'dark'])('can be read in %s', async scheme => {
    await page.prefer({ scheme });
    const ground = await page.ask<string>(`getComputedStyle(document.body).backgroundColor`);
    expect(ground).toBe(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 23, 27)');
    for (const tab of [0, 1, 2]) {
      await page.ask(`document.getElementById('tab-${tab}').click()`);
      expect(await page.ask(faint)).toEqual([]);
    }
    await page.ask(`document.getElementById('tab-1').click()`);
    await page.prefer({ scheme: 'light' });
  });

  it('lets the reader choose the colours', async () => {
    await page.ask(`document.getElementById('theme').click()`);
    expect(await page.ask(`getComputedStyle(document.body).backgroundColor`)).toBe(
      'rgb(20, 23, 27)',
    );
    expect(await text('theme')).toBe('Light');
    await page.ask(`document.getElementById('theme').click()`);
  });

  it('fits a narrow window, and paper', async () => {
    await page.size({ width: 380, height: 800 });
    expect(await page.ask(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(380);
    await page.size({ width: 1400, height: 1000 });
    expect((await page.pdf()).length).toBeGreaterThan(20_000);
    // Paper is white for those too who read in the dark.
    await page.prefer({ scheme: 'dark', media: 'print' });
    const ground = await page.ask(`getComputedStyle(document.body).backgroundColor`);
    await page.prefer({ scheme: 'light' });
    expect(ground).toBe('rgb(255, 255, 255)');
  });

  it('has one main, names for what is operated, captions, and headings without gaps', async () => {
    expect(await page.ask(`document.querySelectorAll('main').length`)).toBe(1);
    const nameless = `[...document.querySelectorAll('button,input,[role=group],[role=img]')].filter(one =>
      !(one.textContent.trim() || one.getAttribute('aria-label') || one.labels?.length)).length`;
    expect(await page.ask(nameless)).toBe(0);
    const bare = `[...document.querySelectorAll('table')].filter(one => !one.caption).length`;
    expect(await page.ask(bare)).toBe(0);
    const levels = await page.ask<number[]>(
      `[...document.querySelectorAll('main h2,main h3,main h4,main h5')].map(one => Number(one.tagName[1]))`,
    );
    const gaps = levels.filter((level, index) => level - (levels[index - 1] ?? 1) > 1);
    expect(gaps).toEqual([]);
  });
});
