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

/** An array of 4 × 4: a background that fits no camera. */
export function smallArray(): Buffer {
  const header = "{'descr': '<u2', 'fortran_order': False, 'shape': (4, 4), }".padEnd(117).concat('\n');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    length,
    Buffer.from(header),
    Buffer.alloc(32),
  ]);
}
