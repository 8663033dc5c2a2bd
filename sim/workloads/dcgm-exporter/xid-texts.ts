/** What Xid errors mean. @upstream NVIDIA/dcgm-exporter internal/pkg/collector/xid_errors.go */

/** Those that fleets see; NVIDIA's documentation has them all. */
const texts: Readonly<Record<number, string>> = {
  0: 'No Error',
  8: 'GPU stopped processing',
  13: 'Graphics Engine Exception',
  31: 'GPU memory page fault',
  32: 'Invalid or corrupted push buffer stream',
  38: 'Driver firmware error',
  43: 'GPU stopped processing',
  45: 'Preemptive cleanup, due to previous errors -- Most likely to see when running multiple cuda',
  48: 'Double Bit ECC Error',
  61: 'Internal micro-controller breakpoint/warning',
  62: 'Internal micro-controller halt',
  63: 'ECC page retirement or row remapping recording event',
  64: 'ECC page retirement or row remapper recording failure',
  68: 'NVDEC0 Exception',
  69: 'Graphics Engine class error',
  74: 'NVLINK Error',
  79: 'GPU has fallen off the bus',
  92: 'High single-bit ECC error rate',
  94: 'Contained ECC error',
  95: 'Uncontained ECC error',
  109: 'Context Switch Timeout Error',
  119: 'GSP RPC Timeout',
  120: 'GSP Error',
  121: 'C2C Link Error',
  136: 'ALI Training Fail',
  140: 'Unrecovered ECC Error',
  143: 'GPU Initialization Failure',
  154: 'GPU Recovery Action Changed',
};

/** The words of an error. */
export function xidText(xid: number): string {
  return texts[xid] ?? 'Unknown Error';
}

/** The GPU does not answer its driver any more: nothing else can be read of it. */
export const offTheBus = 79;
