import { expect, it } from 'vitest';
import { toldBy } from './told-by.js';

it('logs are named and not used', async () => {
  const { format, told } = await toldBy('x/pods/logs/shop/p/main.log', 'hello\nworld');
  expect(format).toBe('logs of containers');
  expect(told.unusedFiles.get('logs of containers')).toBe(1);
});
