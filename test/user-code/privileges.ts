/** A user's function that tells the privileges it runs with; as a program it prints them: `node privileges.js <folder>`. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { findFunctionFile } from '../../src/user-code/files.js';
import { openUserFunction } from '../../src/user-code/open.js';
import type { UserFunction } from '../../src/user-code/types.js';
import { silentLog } from '../instances/support.js';
import { PYTHON } from './support.js';

/** The name under which the script is stored in a folder. */
export const REPORTING = 'script';

export const SCRIPT = `
import os, resource
def process(data, pulse_id, timestamp, parameters):
    status = dict(line.split(':', 1) for line in open('/proc/self/status').read().splitlines() if ':' in line)
    return {
        'user': os.getuid(),
        'groups': len(os.getgroups()),
        'no_new_privileges': status['NoNewPrivs'].strip(),
        'capabilities': status['CapEff'].strip(),
        'core': resource.getrlimit(resource.RLIMIT_CORE)[0],
        'secrets': ' '.join(name for name in os.environ if name in ('CAMSERVER_TOKEN', 'CAMSERVER_SECURITY')),
        'image': data.get('image'),
    }
`;

export async function openReporting(folder: string): Promise<UserFunction> {
  return openUserFunction({
    file: (await findFunctionFile(REPORTING, folder))!,
    kind: 'stream',
    scriptFolder: folder,
    parallel: 1,
    parameters: {},
    python: PYTHON,
    log: silentLog,
  });
}

/** What the function tells, when it was called once with a large array and ended after that. */
export async function privilegesOf(folder: string): Promise<Map<string, unknown>> {
  const opened = await openReporting(folder);
  try {
    const image = { type: 'uint16', data: new Uint16Array(100_000).fill(7), shape: [100_000] } as const;
    const values = new Map([['image', { ...image, shape: [...image.shape] }]]);
    const result = await opened.process({
      pulseId: 1n,
      timestamp: { seconds: 1n, nanoseconds: 2n },
      values,
    });
    expect(result?.get('image')).to.deep.equal({ ...image, shape: [100_000] });
    return result as Map<string, unknown>;
  } finally {
    await opened.close(0);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const told = await privilegesOf(process.argv[2]!);
  told.delete('image');
  console.log(JSON.stringify(Object.fromEntries([...told].map(([name, value]) => [name, String(value)]))));
}
