import { expect, it } from 'vitest';
import { knownArguments } from './arguments.js';

it('names the file of a reporter as vitest does', () => {
  const ours = ['check', 'a.yaml', '--outputFile', 'junit=out.xml', '--quiet'];
  expect(knownArguments(['check', 'a.yaml', '--outputFile.junit=out.xml', '--quiet'])).toEqual(
    ours,
  );
  expect(knownArguments(['check', 'a.yaml', '--outputFile.junit', 'out.xml', '--quiet'])).toEqual(
    ours,
  );
  expect(knownArguments(ours)).toEqual(ours);
});
