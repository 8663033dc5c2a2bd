import { expect, it } from 'vitest';
import { watchpointOf } from './watchpoint.js';

it('tells in one line why an expression is no CEL', () => {
  const pods = [{ kind: 'Pod', resource: 'pods', shortNames: ['po'], apiVersion: 'v1' }];
  const wrong = () => watchpointOf('pod/a object.status.phase === "Running"', pods as never);
  expect(wrong).toThrow(/^[^\n]+$/);
  expect(wrong).toThrow(/Syntax error|unexpected/i);
});
