import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { arrayValue, type ChannelValue, TypedScalar } from '../../src/common/values.js';
import { compileFunction } from '../../src/user-code/c/build.js';
import type { UserCodeError } from '../../src/user-code/error.js';
import { rejection } from '../instances/support.js';
import { numberOf, withRig } from '../worker/pipelines/rig.js';
import { messageCall } from './support.js';
import { userFunctions } from './user-functions.js';

describe('C functions', () => {
  const functions = userFunctions();
  const { lines } = functions;
  const load = (text: string, parameters: JsonObject = {}, kind: 'stream' | 'custom' = 'stream') =>
    functions.load('script.c', text, parameters, { kind });

  const body = (text: string): string =>
    `#include <camserver_function.h>\n#include <stdio.h>\n#include <stdlib.h>\nint camserver_process(const camserver_call *call, camserver_output *output) {\n${text}\n}\n`;

  it('get and give values of every type unchanged', async () => {
    const stream = await load(
      body(
        'for (size_t i = 0; i < call->value_count; i++) camserver_set_value(output, &call->values[i]);\nreturn 0;',
      ),
    );
    const values: Record<string, ChannelValue> = {
      nothing: null,
      yes: true,
      count: -5n,
      ratio: 0.25,
      text: 'µm – ok',
      small: new TypedScalar('uint8', 250),
      large: new TypedScalar('uint64', 18_446_744_073_709_551_615n),
      single: new TypedScalar('float32', 1.5),
      big: arrayValue(
        Uint16Array.from({ length: 200_000 }, (_, index) => index % 65_521),
        [400, 500],
      ),
      flags: { type: 'bool', data: Uint8Array.of(1, 0), shape: [2] },
      cube: arrayValue(Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 2, 2]),
    };
    expect(Object.fromEntries((await stream.process(messageCall(1, values)))!)).to.deep.equal(values);
    expect(Object.fromEntries((await stream.process(messageCall(2, values)))!)).to.deep.equal(values);
  });

  it('read parameters, skip, fail, log, and make messages of their own', async () => {
    const stream = await load(
      body(`if (call->pulse_id == 1) return CAMSERVER_SKIP;
  if (call->pulse_id == 2) return camserver_fail(output, "no beam at %lld", (long long)call->pulse_id);
  printf("pulse %lld\\n", (long long)call->pulse_id);
  camserver_log_warning("dim %d", 7);
  camserver_set_float(output, "gain", camserver_parameter_number(call, "fit.gain", 0));
  camserver_set_float(output, "missing", camserver_parameter_number(call, "fit.nothing", -1));
  camserver_set_text(output, "camera", camserver_parameter_text(call, "camera_name", "none"));
  camserver_set_int(output, "charge", camserver_find(call, "charge")->integer);
  return 0;`),
      { odd: { gain: 1 }, fit: { list: [1, { gain: 9 }], gain: 2.5 }, camera_name: 'Q"µ\u{1F600}' },
    );
    expect(await stream.process(messageCall(1))).to.equal(null);
    expect((await rejection(stream.process(messageCall(2)))).message).to.equal('no beam at 2');
    expect(Object.fromEntries((await stream.process(messageCall(3, { charge: 7n })))!)).to.deep.equal({
      gain: 2.5,
      missing: -1,
      camera: 'Q"µ\u{1F600}',
      charge: 7n,
    });
    expect(lines).to.include('WARNING dim 7');
    await stream.configure({ fit: { gain: 4 }, camera_name: 'other' }, false);
    const next = (await stream.process(messageCall(4, { charge: 7n })))!;
    expect([next.get('gain'), next.get('camera')]).to.deep.equal([4, 'other']);
  });

  it('that cannot be compiled say why, with the line; the same content is compiled once', async () => {
    const { folder } = functions;
    const fault = (await rejection(load(body('return nothing;')))) as UserCodeError;
    expect(fault.message).to.match(/^script.c line 5: .nothing. undeclared/);
    expect(fault.trace).to.contain('return nothing;');
    expect(
      (await rejection(load('#include <camserver_function.h>\nint x; /* camserver_process */'))).message,
    ).to.equal("the file defines no function 'camserver_process' (camserver_function.h)");
    await writeFile(join(folder, 'script.c'), body('return 1;'));
    const first = await compileFunction(join(folder, 'script.c'), folder);
    expect(await compileFunction(join(folder, 'script.c'), folder)).to.equal(first);
  });

  it('run from a library that was compiled elsewhere', async () => {
    const { folder } = functions;
    await writeFile(
      join(folder, 'source.c'),
      body('camserver_set_text(output, "from", "library");\nreturn 0;'),
    );
    await copyFile(await compileFunction(join(folder, 'source.c'), folder), join(folder, 'ready.so'));
    const opened = await functions.open('ready');
    expect((await opened.process(messageCall(1)))!.get('from')).to.equal('library');
  });

  it('that crash, hang or need too much memory harm only their own process', async () => {
    const stream = await load(
      body(`if (call->pulse_id == 1) *(volatile int *)8 = 1;
  while (call->pulse_id == 2) ;
  if (call->pulse_id == 3 && malloc(500u << 20) == NULL) return camserver_fail(output, "no memory");
  camserver_set_int(output, "id", call->pulse_id);
  return 0;`),
      { function_timeout: 2, function_memory: 100 },
    );
    const crash = (await rejection(stream.process(messageCall(1)))) as UserCodeError;
    expect(crash.message).to.equal("the process of 'script.c' ended: it was killed by SIGSEGV");
    expect(crash.trace).to.match(/Segmentation fault[\s\S]*camserver_process at script.c:5/);
    expect((await rejection(stream.process(messageCall(2)))).message).to.equal(
      "'script.c' did not finish within 2 s (function_timeout) and was stopped",
    );
    expect((await rejection(stream.process(messageCall(3)))).message).to.equal('no memory');
    expect((await stream.process(messageCall(4)))!.get('id')).to.equal(4n);
  });

  it('make messages of their own', async () => {
    const custom = await load(
      body(`float wave[2] = {1.5f, 2.5f};
  uint32_t shape[1] = {2};
  camserver_set_bool(output, "init", call->first);
  camserver_set_array(output, "wave", CAMSERVER_FLOAT32, wave, 1, shape);
  camserver_set_pulse_id(output, 7);
  camserver_set_timestamp(output, 5, 6);
  camserver_set_size(output, 200);
  return 0;`),
      {},
      'custom',
    );
    expect(await custom.generate(true)).to.deep.equal({
      values: new Map<string, ChannelValue>([
        ['init', true],
        ['wave', arrayValue(Float32Array.of(1.5, 2.5))],
      ]),
      timestamp: { seconds: 5n, nanoseconds: 6n },
      pulseId: 7n,
      dataSize: 200,
    });
  });

  it('written for the C interface of Python run as before', async () => {
    const stream = await load(
      `#include "module.c"

PyObject *process(PyObject *self, PyObject *args) {
    PyObject *data, *timestamp, *parameters;
    long pulse_id, sec, ns;
    if (!PyArg_ParseTuple(args, "OlOO", &data, &pulse_id, &timestamp, &parameters)) return NULL;
    if (!PyArg_ParseTuple(timestamp, "ll", &sec, &ns)) return NULL;
    PyArrayObject *image = (PyArrayObject *)PyDict_GetItemString(data, "image");
    if (image == NULL) {
        PyErr_SetString(moduleErr, "no image");
        return NULL;
    }
    unsigned short *pixels = (unsigned short *)PyArray_DATA(image);
    long sum = 0;
    for (npy_intp i = 0; i < PyArray_SIZE(image); i++) sum += pixels[i];
    return Py_BuildValue("{s:l,s:l,s:O}", "sum", sum, "time", sec + ns, "camera_name",
                         PyDict_GetItemString(parameters, "camera_name"));
}
`,
      { camera_name: 'C1' },
    );
    const image = arrayValue(Uint16Array.of(1, 2, 3, 4), [2, 2]);
    expect(Object.fromEntries((await stream.process(messageCall(1, { image })))!)).to.deep.equal({
      sum: 10n,
      time: 3n,
      camera_name: 'C1',
    });
    expect((await rejection(stream.process(messageCall(2)))).message).to.contain('no image');
    const fault = await rejection(
      load('#include "module.c"\nPyObject *process(PyObject *self, PyObject *args) {\n  return x;\n}'),
    );
    expect(fault.message).to.match(/^script.c line 3: .x. undeclared/);
  });

  it('process images in a real pipeline', async () => {
    const script = body(`const uint16_t *pixels = call->image->data;
  uint32_t rows = call->image->shape[0], columns = call->image->shape[1];
  uint64_t sum = 0;
  for (size_t i = 0; i < call->image->count; i++) sum += pixels[i];
  camserver_set_int(output, "sum", (int64_t)sum);
  camserver_set_int(output, "size", rows * 1000 + columns);
  camserver_set_float(output, "edge", call->x_axis[columns - 1] + call->y_axis[rows - 1]);
  camserver_set_value(output, call->image);
  return 0;`);
    await withRig(
      { function: 'count.c' },
      async ({ camera, receive }) => {
        await camera.sendImages([1, 2]);
        const [first] = await receive(2);
        expect(numberOf(first!, 'sum')).to.equal(27720);
        expect(numberOf(first!, 'size')).to.equal(20_024);
        expect(numberOf(first!, 'edge')).to.equal(23 + 19);
        expect(first!.channel('image')!.definition.shape).to.deep.equal([24, 20]);
      },
      { prepare: (scripts) => writeFile(join(scripts, 'count.c'), script) },
    );
  });
});
