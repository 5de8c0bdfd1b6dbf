/** What a function does outside its calls, and what remains when its instance is killed. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';

import { isAlive } from '../support/processes.js';
import { until } from '../support/until.js';
import { numberOf, withRig } from '../worker/pipelines/rig.js';
import { PYTHON } from './support.js';

describe("a user's function", () => {
  it('in JavaScript that throws between calls or ends its thread costs frames at most', async () => {
    const script = `
      export function process({ pulseId }) {
        if (pulseId === 2) setTimeout(() => { throw new Error('late'); }, 0);
        if (pulseId === 4) Promise.reject(new Error('forgotten'));
        if (pulseId === 6) globalThis.process.exit(3);
        return { pulseId };
      }`;
    await withRig(
      { function: 'late.js', abort_on_error: false },
      async ({ camera, instance, logs }) => {
        await camera.sendImages([1, 2, 3, 4, 5, 6, 7, 8]);
        await until(() => {
          const { sent = 0, dropped = {} } = instance.lastSample ?? {};
          return sent + (dropped.error ?? 0) === 8;
        });
        // what is at work in a thread that ends is lost with it
        expect(instance.lastSample!.sent).to.be.at.least(3);
        expect(instance.exitCode).to.equal(null);
        expect(logs().join('\n')).to.match(/late|forgotten|exited with code/);
      },
      { prepare: (folder) => writeFile(join(folder, 'late.js'), script) },
    );
  });

  for (const [name, text] of Object.entries({
    'busy.py': `import os
def process_image(image, pulse_id, timestamp, x_axis, y_axis, parameters, bsdata):
    while pulse_id == 2:
        pass
    return {"process": os.getpid()}
`,
    'busy.c': `#include <camserver_function.h>
#include <unistd.h>
int camserver_process(const camserver_call *call, camserver_output *output) {
  while (call->pulse_id == 2) ;
  camserver_set_int(output, "process", getpid());
  return 0;
}
`,
  })) {
    it(`in ${name} ends with its instance, also when that is killed in a call`, async () => {
      await withRig(
        { function: name },
        async ({ camera, receive, instance }) => {
          await camera.sendImages([1]);
          const [message] = await receive(1);
          const pid = numberOf(message!, 'process');
          expect(isAlive(pid)).to.equal(true);
          await camera.sendImages([2]);
          const ticks = (): number => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[13]);
          const before = ticks();
          await until(() => ticks() > before + 5);
          process.kill(instance.pid!, 'SIGKILL');
          await until(() => !isAlive(pid));
        },
        { options: { python: PYTHON }, prepare: (folder) => writeFile(join(folder, name), text) },
      );
    });
  }
});
