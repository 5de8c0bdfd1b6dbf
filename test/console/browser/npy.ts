/** The .npy files that the console offers: little-endian `uint16`, two dimensions. */
export function readNpy(bytes: Buffer): {
  shape: number[];
  descr: string;
  at: (row: number, column: number) => number;
} {
  const length = bytes.readUInt16LE(8);
  const header = bytes.subarray(10, 10 + length).toString();
  const shape = /'shape': \((\d+), (\d+)\)/.exec(header)!.slice(1).map(Number);
  const start = 10 + length;
  return {
    shape,
    descr: /'descr': '([^']+)'/.exec(header)![1]!,
    at: (row, column) => bytes.readUInt16LE(start + 2 * (row * shape[1]! + column)),
  };
}
