import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ChannelValue } from '../../src/common/values.js';
import type { UserCodeError } from '../../src/user-code/error.js';
import { rejection } from '../instances/support.js';
import { messageCall } from './support.js';
import { type LoadOptions, userFunctions } from './user-functions.js';

describe('Python functions that go wrong', () => {
  const functions = userFunctions();
  const { lines } = functions;
  const load = (text: string, parameters = {}, options: LoadOptions = {}) =>
    functions.load('script.py', text, parameters, options);

  it('fail with the line of the user and the trace, and go on', async () => {
    await writeFile(join(functions.folder, 'lib', 'optics.py'), 'def focus(size):\n    return 1 / size\n');
    const stream = await load(`import optics
def process(data, pulse_id, timestamp, parameters):
    if pulse_id == 1:
        return {"focus": optics.focus(0)}
    if pulse_id == 2:
        return {"odd": {"a": 1}}
    if pulse_id == 3:
        return 5
    return {"focus": optics.focus(4)}`);
    const fault = async (pulseId: number): Promise<UserCodeError> =>
      (await rejection(stream.process(messageCall(pulseId)))) as UserCodeError;
    const first = await fault(1);
    expect(first.message).to.equal('optics.py line 2: ZeroDivisionError: division by zero');
    expect(first.trace).to.match(/script.py", line 4, in process[\s\S]*optics.py", line 2, in focus/);
    expect((await fault(2)).message).to.contain("Channel 'odd' is of type dict; channels are numbers");
    expect((await fault(3)).message).to.contain(
      'The function returned int; it must return a dictionary or None',
    );
    expect((await stream.process(messageCall(4)))!.get('focus')).to.equal(0.25);
  });

  it('that cannot be loaded say why, with the line', async () => {
    const fault = async (text: string): Promise<string> => (await rejection(load(text))).message;
    expect(await fault('x = 1\ndef process(:\n')).to.match(/^script.py line 2: SyntaxError: /);
    expect(await fault('import nowhere')).to.equal(
      "script.py line 1: ModuleNotFoundError: No module named 'nowhere'",
    );
    expect(await fault('y = 1')).to.equal("script.py has no function 'process_image' or 'process'");
    const missing = await rejection(load('y = 1', {}, { python: '/nowhere/python3' }));
    expect(missing.message).to.equal(
      'there is no Python interpreter /nowhere/python3; the option --python names it',
    );
  });

  it('are stopped at their time limit and keep their state; what cannot be stopped is replaced', async () => {
    const stream = await load(
      `calls = 0
def process(data, pulse_id, timestamp, parameters):
    global calls
    calls += 1
    while pulse_id == 2:
        pass
    if pulse_id == 3:
        sum(range(10**12))
    return {"calls": calls}`,
      { function_timeout: 2 },
    );
    const calls = async (pulseId: number): Promise<ChannelValue | undefined> =>
      (await stream.process(messageCall(pulseId)))!.get('calls');
    const limit = "'script.py' did not finish within 2 s (function_timeout) and was stopped";
    expect(await calls(1)).to.equal(1n);
    const soft = (await rejection(calls(2))) as UserCodeError;
    expect(soft.message).to.equal(limit);
    expect(soft.trace).to.contain('script.py", line 5, in process');
    expect(await calls(4)).to.equal(3n);
    const hard = (await rejection(calls(3))) as UserCodeError;
    expect(hard.message).to.equal(limit);
    expect(hard.trace).to.contain('script.py", line 8 in process');
    expect(await calls(5)).to.equal(1n);
  });

  it('that crash are reported with their trace and started again', async () => {
    const stream = await load(`import ctypes
def process(data, pulse_id, timestamp, parameters):
    if pulse_id == 1:
        ctypes.string_at(0)
    return {"id": pulse_id}`);
    const crash = (await rejection(stream.process(messageCall(1)))) as UserCodeError;
    expect(crash.message).to.equal("the process of 'script.py' ended: it was killed by SIGSEGV");
    expect(crash.trace).to.contain('script.py", line 4 in process');
    expect((await stream.process(messageCall(2)))!.get('id')).to.equal(2n);
    expect(lines.join('\n')).to.contain(
      "WARNING The process of 'script.py' ended: it was killed by SIGSEGV. It is started again",
    );
  });

  it('that need too much memory fail where they ask for it', async () => {
    const stream = await load(
      `def process(data, pulse_id, timestamp, parameters):
    return {"size": len(bytearray(pulse_id * 1024 * 1024))}`,
      { function_memory: 100 },
    );
    expect((await rejection(stream.process(messageCall(2000)))).message).to.equal(
      'script.py line 2: MemoryError',
    );
    expect((await stream.process(messageCall(10)))!.get('size')).to.equal(10n * 1024n * 1024n);
  });
});
