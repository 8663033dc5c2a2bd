/** NVIDIA's driver on emulated nodes: one that knows all models of the catalogue, and the CUDA that it brings. */

/** The driver's version by its parts. */
export const gpuDriver = { major: '570', minor: '172', revision: '08' } as const;

/** The CUDA that it brings. */
export const gpuCuda = { major: '12', minor: '8' } as const;
