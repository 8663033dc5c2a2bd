/**
 * The library's lexer, taught where Go's scanner reads otherwise: quoted texts and flow collections may be
 * indented as little as they like, a tab is no indentation, and what ends a word in braces is told by fewer signs.
 *
 * @upstream go.yaml.in/yaml/v2 scannerc.go
 */
import { Lexer } from 'yaml';

/** Something that Go's scanner does not take, where the library would. */
export interface LexerProblem {
  readonly offset: number;
  readonly code: string;
  readonly message: string;
}

type Step = Generator<string, string | null>;

/** What of the library's lexer is private to it, and needed here. */
interface Parts {
  readonly buffer: string;
  readonly atEnd: boolean;
  readonly pos: number;
  readonly flowLevel: number;
  flowKey: boolean;
  indentNext: number;
  readonly indentValue: number;
  readonly blockScalarIndent: number;
  lex(source: string): Generator<string, void>;
  charAt(ahead: number): string;
  continueScalar(offset: number): number;
  parseLineStart(): Step;
  parseBlockStart(): Step;
  parseFlowCollection(): Step;
  parseQuotedScalar(): Step;
  parseBlockScalar(): Step;
  parsePlainScalar(): Step;
  pushCount(count: number): Generator<string, number>;
  pushSpaces(allowTabs: boolean): Generator<string, number>;
  pushToIndex(index: number, allowEmpty: boolean): Generator<string, number>;
  pushIndicators(): Generator<string, number>;
}

// A cast: the library keeps these to itself, and gives no other door to its lexer.
const Base = Lexer as unknown as new () => Parts;

const isBlank = (char: string | undefined): boolean =>
  char === undefined || char === '' || ' \t\r\n'.includes(char);
/** The control character that tells the library's parser of a scalar. */
const scalarFollows = '\u001f';

/** Lexes one text; what Go would refuse of it stands in `problems`. */
export class GoLexer extends Base {
  readonly problems: LexerProblem[] = [];
  /** The indentation from which a plain scalar would go on; undefined after anything else. */
  private plainFrom: number | undefined;

  override *parseLineStart(): Step {
    const { plainFrom } = this;
    this.plainFrom = undefined;
    const [line = '', spaces = ''] = /( *)\t[^\r\n]*/y.exec(this.buffer.slice(this.pos)) ?? [];
    const goesOn = plainFrom !== undefined && spaces.length >= plainFrom;
    const isEmpty = /^\s*(#|$)/.test(line);
    if (line !== '' && !(goesOn && isEmpty)) {
      this.tab(this.pos + spaces.length, 'a tab stands where spaces must indent');
    }
    return yield* super.parseLineStart();
  }

  override *parseBlockStart(): Step {
    const [after] = /[-?] *\t/y.exec(this.buffer.slice(this.pos, this.pos + 80)) ?? [];
    if (after !== undefined) {
      this.tab(this.pos + after.length - 1, `a tab stands after ${this.charAt(0)}`);
    }
    return yield* super.parseBlockStart();
  }

  override parseFlowCollection(): Step {
    this.plainFrom = undefined;
    return this.unindented(super.parseFlowCollection());
  }

  override *parseQuotedScalar(): Step {
    this.plainFrom = undefined;
    const start = this.pos;
    const next = yield* this.unindented(super.parseQuotedScalar());
    this.lookAtQuoted(start);
    return next;
  }

  override *parseBlockScalar(): Step {
    this.lookForTabs();
    return yield* super.parseBlockScalar();
  }

  override *parsePlainScalar(): Step {
    const inFlow = this.flowLevel > 0;
    if (inFlow && this.charAt(0) === ':') this.no(this.pos, 'a colon stands where a value must');
    let [end, at] = [this.pos, this.pos];
    while (at < this.buffer.length) {
      const char = this.buffer.charAt(at);
      const next = this.buffer[at + 1];
      if ((char === ':' && isBlank(next)) || (inFlow && ',?[]{}'.includes(char))) break;
      if (isBlank(char)) {
        if (next === '#') break;
        if (char === '\n') {
          const goesOn = this.continueScalar(at + 1);
          if (goesOn === -1) break;
          // One back, so that a comment that follows is seen.
          at = Math.max(at, goesOn - 2);
        }
      } else {
        end = at + 1;
      }
      at += 1;
    }
    yield scalarFollows;
    yield* this.pushToIndex(end, true);
    this.plainFrom = this.indentNext;
    return inFlow ? 'flow' : 'doc';
  }

  override *pushIndicators(): Generator<string, number> {
    let count = 0;
    if (this.flowLevel > 0) {
      for (;;) {
        const [char, next] = [this.charAt(0), this.charAt(1)];
        if (char === '-' && !isBlank(next)) return count;
        const isValue = char === ':' && (isBlank(next) || ',[]{}'.includes(next));
        if (char !== '?' && !isValue) break;
        this.flowKey = false;
        count += yield* this.pushCount(1);
        count += yield* this.pushSpaces(true);
      }
    }
    count += yield* super.pushIndicators();
    if (count > 0) this.plainFrom = undefined;
    return count;
  }

  private *unindented(step: Step): Step {
    const { indentNext } = this;
    this.indentNext = 0;
    const next = yield* step;
    this.indentNext = indentNext;
    return next;
  }

  /** A quote that nothing closes; and JSON knows escapes that YAML 1.1 does not. */
  private lookAtQuoted(start: number): void {
    const text = this.buffer.slice(start, this.pos);
    const quote = text.charAt(0);
    if (text.length < 2 || !text.endsWith(quote)) {
      this.problems.push({
        offset: start,
        code: 'QUOTE',
        message: `nothing closes the ${quote} here`,
      });
    }
    if (!text.startsWith('"') || !text.includes('\\') || /^\s*\{/.test(this.buffer)) return;
    const found = /^(?:[^\\]|\\[^/u]|\\u(?![dD][89a-fA-F]))*(\\(?:\/|u....))/s.exec(text);
    if (found !== null) this.no(start, `${found[1] ?? ''} is no escape of YAML 1.1`);
  }

  /** A tab within what must be the indentation of a block of text. */
  private lookForTabs(): void {
    const least = Math.max(1, this.indentNext);
    let indent = this.blockScalarIndent < 0 ? undefined : this.blockScalarIndent + least;
    for (let start = this.pos; start < this.buffer.length;) {
      const found = this.buffer.indexOf('\n', start);
      const end = found < 0 ? this.buffer.length : found;
      let column = 0;
      while (this.buffer[start + column] === ' ' && (indent === undefined || column < indent)) {
        column += 1;
      }
      const char = this.buffer[start + column];
      const isInside = indent === undefined || column < indent;
      if (isInside && char === '\t') {
        this.tab(start + column, 'a tab stands where spaces must indent');
        return;
      }
      const isEmptyLine = char === '\r' || char === '\n' || char === undefined;
      if (!isEmptyLine) {
        if (indent === undefined && column >= least) indent = column;
        else if (isInside) return;
      }
      start = end + 1;
    }
  }

  private tab(offset: number, message: string): void {
    this.problems.push({ offset, code: 'TAB_AS_INDENT', message });
  }

  private no(offset: number, message: string): void {
    this.problems.push({ offset, code: 'BAD_SCALAR_START', message });
  }
}
