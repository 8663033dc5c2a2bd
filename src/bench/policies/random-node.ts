/** Random: any node with room, and any GPU with room. */
import type { Policy } from './policy.js';

/** The policy Random of ATC'23. Its draws are our own: compare distributions only. */
export const randomNode: Policy = {
  name: 'random',
  published: '01-Random',
  summary: 'any node with room, and any GPU with room',
  drawsAlways: true,
  create: ({ random }) => ({
    score: () => 0,
    shareDevice({ gpuLeft }, { gpuMilli }) {
      const fitting = [...gpuLeft.keys()].filter(gpu => (gpuLeft[gpu] ?? 0) >= gpuMilli);
      return random.pick(fitting);
    },
  }),
};
