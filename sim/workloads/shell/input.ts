/** What the commands of a script read, one after another. */
export class Input {
  private at = 0;
  private readonly waiting: (() => void)[] = [];

  /** An open one may still get more. */
  constructor(
    private text: string,
    private open = false,
  ) {}

  get isOpen(): boolean {
    return this.open;
  }

  /** More of it has come; undefined: it has ended. */
  add(piece: string | undefined): void {
    if (!this.open) return;
    if (piece === undefined) this.open = false;
    else {
      this.text = this.text.slice(this.at) + piece;
      this.at = 0;
    }
    for (const go of this.waiting.splice(0)) go();
  }

  /** Calls back when more has come, or the end. */
  whenMore(go: () => void): void {
    this.waiting.push(go);
  }

  /** What has come and nobody has read yet; undefined at the end. */
  some(): string | undefined {
    if (this.at < this.text.length) {
      const some = this.text.slice(this.at);
      this.at = this.text.length;
      return some;
    }
    if (this.open) throw new InputAwaited();
    return undefined;
  }

  /** All that nobody has read yet. */
  rest(): string {
    if (this.open) throw new InputAwaited();
    const rest = this.text.slice(this.at);
    this.at = this.text.length;
    return rest;
  }

  /** The next line with its end; undefined at the end. */
  line(): string | undefined {
    const end = this.text.indexOf('\n', this.at);
    if (end < 0 && this.open) throw new InputAwaited();
    if (this.at >= this.text.length) return undefined;
    const start = this.at;
    this.at = end < 0 ? this.text.length : end + 1;
    return this.text.slice(start, this.at);
  }
}

/** Thrown where something reads of an open input what has not come yet: it waits, and reads again. */
export class InputAwaited extends Error {
  override readonly name = 'InputAwaited';
}
