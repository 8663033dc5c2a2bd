import { describe, expect, it } from 'vitest';
import { documentIfAny, singleDocument } from './single-document.js';

const advice = { ifEmpty: 'write one into it' };

describe('a file of one document', () => {
  it('is read', () => {
    expect(singleDocument('a: 1\n', 'a.yaml', advice).value).toEqual({ a: 1 });
    expect(documentIfAny('a: 1\n---\n# nothing\n', 'a.yaml')?.value).toEqual({ a: 1 });
  });

  it('may be empty only where that says something', () => {
    expect(documentIfAny('# nothing\n', 'a.yaml')).toBeUndefined();
    expect(() => singleDocument('# nothing\n', 'a.yaml', advice)).toThrow(
      expect.objectContaining({
        message: 'a.yaml:1: the file is empty',
        details: expect.objectContaining({ next: 'write one into it' }) as unknown,
      }),
    );
  });

  it('has no second one that would go unheard', () => {
    expect(() => singleDocument('a: 1\n---\nb: 2\n', 'a.yaml', advice)).toThrow(
      expect.objectContaining({
        message: 'a.yaml:3: a second document',
        details: expect.objectContaining({ next: 'move it to a file of its own' }) as unknown,
      }),
    );
  });
});
