import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readImage } from '../../src/camera/reach.js';
import { CAMERA_DEFAULTS, readCameraSettings } from '../../src/camera/settings.js';
import { enqueue } from '../../src/hdf5/queue.js';

describe('camera/reach', () => {
  it('gives up on a device that hangs, again and again, while everything else goes on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    // opening a named pipe that nobody writes hangs, as a dead file system does
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const settings = readCameraSettings(
      { source: `${pipe}:/images`, source_type: 'hdf5' },
      { ...CAMERA_DEFAULTS, channelAccessTimeout: 10 },
    );
    const request = { name: 'CAM', settings, timeout: 70 };
    // more than there are threads in the pool
    const attempts = Array.from({ length: 6 }, () =>
      readImage(request).catch((error: Error) => error.message),
    );
    expect(new Set(await Promise.all(attempts))).to.deep.equal(
      new Set(['Camera CAM delivered no image within 0.1 s']),
    );
    const writer = await open(pipe, 'w');
    // each attempt opens the pipe once more, and fails now
    await enqueue(async () => {});
    await writer.close();
    rmSync(folder, { recursive: true, force: true });
  });
});
