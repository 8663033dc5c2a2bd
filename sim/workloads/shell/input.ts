/** What the commands of a script read, one after another. */
export class Input {
  private at = 0;

  constructor(private readonly text: string) {}

  /** All that nobody has read yet. */
  rest(): string {
    const rest = this.text.slice(this.at);
    this.at = this.text.length;
    return rest;
  }

  /** The next line with its end; undefined at the end. */
  line(): string | undefined {
    if (this.at >= this.text.length) return undefined;
    const end = this.text.indexOf('\n', this.at);
    const start = this.at;
    this.at = end < 0 ? this.text.length : end + 1;
    return this.text.slice(start, this.at);
  }
}
