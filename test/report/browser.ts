/** A headless Chromium over its debugging pipe: opens a page, asks it, takes pictures, tells of its complaints. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** Where Chromium is; undefined when this machine has none. */
export const chromium = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(path => path !== undefined && existsSync(path));

/** An answer of the browser or an event of it. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

type Params = Readonly<Record<string, unknown>>;

/** A page in the browser. `await using` ends both. */
export class Page implements AsyncDisposable {
  /** What was written to the console as an error, and what was thrown. */
  readonly errors: string[] = [];
  /** The addresses that the page asked for, but itself. */
  readonly requests: string[] = [];
  private readonly waiting = new Map<number, (message: Message) => void>();
  private readonly listeners = new Map<string, () => void>();
  private session: string | undefined;
  private count = 0;
  private rest = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    const output = child.stdio[4] as Readable;
    output.setEncoding('utf8');
    output.on('data', (text: string) => this.read(text));
  }

  /** Opens a file. */
  static async open(file: string, { width = 1400, height = 1000 } = {}): Promise<Page> {
    const folder = mkdtempSync(join(tmpdir(), 'seatrial-chromium-'));
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--remote-debugging-pipe',
      `--user-data-dir=${folder}`,
    ];
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    const page = new Page(spawn(chromium ?? '', flags, { stdio: [...stdio] }), folder);
    const { targetId } = await page.send('Target.createTarget', { url: 'about:blank' });
    const target = await page.send('Target.attachToTarget', { targetId, flatten: true });
    page.session = String(target['sessionId']);
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await page.send(`${domain}.enable`);
    await page.size({ width, height });
    const loaded = new Promise<void>(resolve => page.listeners.set('Page.loadEventFired', resolve));
    await page.send('Page.navigate', { url: `file://${file}` });
    await loaded;
    return page;
  }

  /** Sets the window's size. */
  async size({ width, height }: { width: number; height: number }): Promise<void> {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.send('Emulation.setDeviceMetricsOverride', metrics);
  }

  /** Says what the system prefers, or what medium it is. */
  async prefer({ scheme = 'light', media = '' }): Promise<void> {
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.send('Emulation.setEmulatedMedia', { media, features });
  }

  /** The value of an expression in the page. */
  async ask<T>(expression: string): Promise<T> {
    const settings = { expression, returnByValue: true, awaitPromise: true };
    const answer = await this.send('Runtime.evaluate', settings);
    const { value } = (answer['result'] ?? {}) as { readonly value?: T };
    if (answer['exceptionDetails'] !== undefined) {
      throw new Error(`in the page: ${JSON.stringify(answer['exceptionDetails'])}`);
    }
    return value as T;
  }

  /** Presses a key and lets it go. */
  async press(key: string, code = 0): Promise<void> {
    const told = { key, code: key, windowsVirtualKeyCode: code };
    await this.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...told });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...told });
    await this.ask('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))');
  }

  /** The picture of the window, or of the whole page. */
  async picture({ isWhole = false } = {}): Promise<Buffer> {
    const settings = { format: 'png', captureBeyondViewport: isWhole };
    const { data } = await this.send('Page.captureScreenshot', settings);
    return Buffer.from(String(data), 'base64');
  }

  /** The page on paper. */
  async pdf(): Promise<Buffer> {
    const { data } = await this.send('Page.printToPDF', { printBackground: true });
    return Buffer.from(String(data), 'base64');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise(resolve => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  private send(method: string, params: Params = {}): Promise<Params> {
    const id = ++this.count;
    const session = this.session === undefined ? {} : { sessionId: this.session };
    const input = this.child.stdio[3] as Writable;
    input.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ({ error, result = {} }) => {
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
    });
  }

  private read(text: string): void {
    const [last = '', ...messages] = (this.rest + text).split('\0').reverse();
    this.rest = last;
    for (const each of messages.reverse()) this.hear(JSON.parse(each) as Message);
  }

  private hear(message: Message): void {
    const { id, method = '', params = {} } = message;
    if (id !== undefined) {
      this.waiting.get(id)?.(message);
      this.waiting.delete(id);
      return;
    }
    this.listeners.get(method)?.();
    if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded') {
      this.errors.push(JSON.stringify(params));
    } else if (method === 'Runtime.consoleAPICalled' && params['type'] === 'error') {
      this.errors.push(JSON.stringify(params['args']));
    } else if (method === 'Network.requestWillBeSent') {
      const { url } = (params['request'] ?? {}) as { readonly url?: string };
      if (url !== undefined && params['type'] !== 'Document') this.requests.push(url);
    }
  }
}
