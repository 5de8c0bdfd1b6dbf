import { defineRoute, jsonAnswer, type Route } from '../../http/index.js';
import { API, listOf, object, objectOf } from './schemas.js';
import type { Tasks } from './tasks.js';

const tag = 'tasks';
const query = { cluster: { description: 'pipelines or cameras; default: of this server' } };
const example = {
  task: 'f1c2',
  cluster: 'pipelines',
  kind: 'background.capture',
  target: 'simulation',
  state: 'running',
  progress: 0.4,
  message: '4 of 10 images',
  result: null,
  error: null,
  actor: 'otto',
  started: '2026-11-25T09:00:00.000Z',
  ended: null,
  request_id: '9b2f',
  cancellable: true,
};

export function taskRoutes(tasks: Tasks): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${API}/tasks`,
      tag,
      summary: 'Long operations, newest first',
      query,
      response: { kind: 'json', schema: objectOf({ tasks: listOf(object) }) },
      examples: { answer: { tasks: [example] } },
      handler: () => jsonAnswer({ tasks: tasks.list() }),
    }),
    defineRoute({
      method: 'GET',
      path: `${API}/tasks/{task}`,
      tag,
      summary: 'One of them',
      query,
      response: { kind: 'json', schema: object },
      examples: { answer: example },
      handler: ({ parameters: { task } }) => jsonAnswer(tasks.get(task)),
    }),
    defineRoute({
      method: 'POST',
      path: `${API}/tasks/{task}/cancel`,
      tag,
      summary: 'Asks it to end',
      action: 'task.cancel',
      query,
      response: { kind: 'json', schema: object },
      handler: ({ parameters: { task } }) => jsonAnswer(tasks.cancel(task)),
    }),
  ];
}
