/** Beginnings of user scripts by kind, each of which runs as it stands. */
export interface ScriptTemplate {
  readonly kind: string;
  readonly ending: 'py' | 'js' | 'c';
  readonly text: string;
}

export const SCRIPT_TEMPLATES: readonly ScriptTemplate[] = [
  {
    kind: 'Processing',
    ending: 'py',
    text: `from cam_server.pipeline.data_processing import functions, processor


def process_image(image, pulse_id, timestamp, x_axis, y_axis, parameters, bsdata=None):
    # the default processor: background, profiles, fits; add what you need to its result
    return processor.process_image(image, pulse_id, timestamp, x_axis, y_axis, parameters, bsdata)
`,
  },
  {
    kind: 'Stream',
    ending: 'py',
    text: `def process(data, pulse_id, timestamp, params):
    # data: dictionary of the channels of one message; what is returned is sent
    return data
`,
  },
  {
    kind: 'Custom',
    ending: 'py',
    text: `import time

import numpy as np

pulse_id = 0


def process(parameters, init=False):
    # called again and again; returns data, time stamp, pulse id and size
    global pulse_id
    pulse_id += 1
    image = np.random.randint(0, 100, (100, 100)).astype("uint16")
    time.sleep(0.1)
    return {"image": image}, time.time(), pulse_id, image.size
`,
  },
  {
    kind: 'Scripted',
    ending: 'py',
    text: `import time


def run(stop_event, statistics, parameter_queue, logs_queue, cam_client, pipeline_config, *args):
    # the whole loop of the instance; ends when stop_event is set
    while not stop_event.is_set():
        time.sleep(0.1)
`,
  },
  {
    kind: 'C',
    ending: 'c',
    text: `/* Called for each image; the header tells what can be read and set. */
#include <camserver_function.h>

int camserver_process(const camserver_call *call, camserver_output *output) {
    const camserver_value *image = call->image;
    if (image == NULL || image->type != CAMSERVER_UINT16) return camserver_fail(output, "the image has no 16-bit pixels");
    const uint16_t *pixels = image->data;
    const size_t count = (size_t)image->shape[0] * image->shape[1];
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += pixels[i];
    camserver_set_value(output, image);
    camserver_set_float(output, "sum", sum);
    return 0;
}
`,
  },
];

/** Brackets and quotes that do not close, and the simplest mistakes; the full check is the server's at Save. */
export function scriptProblem(
  text: string,
  language: 'python' | 'other',
): { line: number; message: string } | null {
  const open: { sign: string; line: number }[] = [];
  const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
  let line = 1;
  for (const match of text.matchAll(tokens(language))) {
    const token = match[0];
    if (token === '\n') line += 1;
    else if (token.length > 1) line += token.split('\n').length - 1;
    else if ('([{'.includes(token)) open.push({ sign: token, line });
    else if (token in pairs) {
      if (open.at(-1)?.sign !== pairs[token]) return { line, message: `'${token}' closes nothing.` };
      open.pop();
    }
  }
  const left = open[0];
  if (left !== undefined) return { line: left.line, message: `'${left.sign}' is never closed.` };
  return language === 'python' ? missingColon(text) : null;
}

/** Comments and texts as a whole, so that what stands in them does not count. */
function tokens(language: 'python' | 'other'): RegExp {
  return language === 'python'
    ? /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*|[()[\]{}]|\n/g
    : /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\x60(?:[^\x60\\]|\\.)*\x60|[()[\]{}]|\n/g;
}

function missingColon(text: string): { line: number; message: string } | null {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const code = line.replace(/#.*$/, '').trimEnd();
    if (/^\s*(?:def\s+\w+\s*\([^()]*\)|class\s+\w+(?:\([^()]*\))?|else|try|finally)$/.test(code)) {
      return { line: index + 1, message: 'A colon is missing at the end.' };
    }
  }
  return null;
}
