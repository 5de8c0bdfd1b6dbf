/** Help for operators: what the states mean and what to do about them. */
import type { JSX } from 'preact';
import { HEALTH } from '../core/health.js';
import type { HealthState } from '../core/plant.js';
import { pathTo } from '../core/screens.js';
import { Link, StateBadge } from '../ui/basics.jsx';
import { Panel } from '../ui/panel.jsx';
import { PageHead } from '../ui/shell.jsx';
import { ShortcutList } from '../ui/shortcuts.jsx';

const RUNBOOK: readonly [state: HealthState, means: string, steps: readonly string[]][] = [
  ['running', 'Its figures are fresh, it receives and sends.', ['Nothing to do.']],
  [
    'no_input',
    'It lives but nothing comes in.',
    [
      'Open its camera: is the camera running and online?',
      'If the camera runs, read the log of the instance.',
      'If not, the source (IOC, detector, stream) is the place to look.',
    ],
  ],
  [
    'no_output',
    'It receives and sends nothing.',
    [
      'Read the log: a wrong script or configuration says so.',
      'Does the background have the size of the image?',
      'Undo the last change: Config, History, Restore.',
    ],
  ],
  [
    'processing_error',
    'It logged an error within the last minute.',
    ['Read the log; the text names the function or the key.'],
  ],
  [
    'blocked',
    'It pushes and nobody takes: the receiver is gone.',
    ['Reconnect the receiver (data buffer).', 'Do not stop the instance: that does not help.'],
  ],
  [
    'frozen',
    'The process runs and its figures stand still.',
    ['Inspect it and keep the log.', 'Then stop it: a permanent one comes back by itself within about 10 s.'],
  ],
  [
    'down',
    'It should run all the time and does not.',
    [
      'Its page shows exit code and last log lines.',
      'The manager tries again; after several failures ever more rarely.',
      'Correct the cause, then Start.',
    ],
  ],
  [
    'unknown',
    'Its worker does not answer.',
    [
      'Open the worker page.',
      'Check host, network and service; other workers take over what is not fixed there.',
    ],
  ],
  ['paused', 'Its configuration says “paused”.', ['Set “paused” to false in Config to go on.']],
];

export function HelpScreen(): JSX.Element {
  return (
    <div class="stack">
      <PageHead title="Help" />
      <Panel id="help-begin" title="First steps">
        <div class="prose">
          <ol>
            <li>
              Find a camera or pipeline: press <kbd>/</kbd> in the{' '}
              <Link to={pathTo('overview')}>overview</Link> and type a part of its name.
            </li>
            <li>Click its name: the live picture opens. Overlays shows profiles, fits and regions.</li>
            <li>
              Change a value: Config or “Change” beside the picture, then Review, then Apply. Undo is offered
              for 10 s, later in History.
            </li>
            <li>
              What does not run yet is started in <Link to={pathTo('launch', 'pipelines')}>Launch</Link>.
            </li>
            <li>Looking takes nothing away from anybody: pictures are taken inside the instance.</li>
          </ol>
        </div>
      </Panel>
      <Panel id="help-runbook" title="What the states mean, and what to do">
        <table class="runbook">
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Meaning</th>
              <th scope="col">Do</th>
            </tr>
          </thead>
          <tbody>
            {RUNBOOK.map(([state, means, steps]) => (
              <tr key={state}>
                <th scope="row">
                  <StateBadge health={{ state, rule: HEALTH[state].word, hint: null }} />
                </th>
                <td>{means}</td>
                <td>
                  <ol>
                    {steps.map((step) => (
                      <li key={step}>{step}</li>
                    ))}
                  </ol>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
      <Panel id="help-keys" title="Keys">
        <ShortcutList />
      </Panel>
    </div>
  );
}
