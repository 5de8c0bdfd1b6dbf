import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { parseDocument } from '../../core/json-text.js';
import type { Cluster } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { messageOf } from '../../data/api.js';
import { readConfiguration } from '../../data/configurations.js';
import { storeDraft } from '../../data/drafts.js';
import { navigate } from '../../data/navigation.js';
import { Button } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';
import { InlineError } from '../../ui/inline-error.jsx';

const TEMPLATES: Readonly<Record<Cluster, Readonly<Record<string, string>>>> = {
  pipelines: {
    'Image processing': '{\n "camera_name": ""\n}',
    'Store to the buffer (push)': '{\n "camera_name": "",\n "pipeline_type": "store"\n}',
    'Stream of channels': '{\n "pipeline_type": "stream",\n "bsread_channels": []\n}',
    Empty: '{\n}',
  },
  cameras: {
    EPICS: '{\n "source": "",\n "source_type": "epics"\n}',
    'bsread stream': '{\n "source": "",\n "source_type": "bsread"\n}',
    Simulation: '{\n "source": "simulation",\n "source_type": "simulation",\n "frame_rate": 10\n}',
    Empty: '{\n}',
  },
};

interface NewConfigurationProps {
  readonly cluster: Cluster;
  readonly copyOf: string | null;
  readonly taken: readonly string[];
  readonly onClose: () => void;
}

/** Only chooses a name and a beginning; nothing is stored before the first Apply. */
export function NewConfiguration({ cluster, copyOf, taken, onClose }: NewConfigurationProps): JSX.Element {
  const [name, setName] = useState(copyOf === null ? '' : `${copyOf}_copy`);
  const [template, setTemplate] = useState(Object.keys(TEMPLATES[cluster])[0]!);
  const [imported, setImported] = useState<{ name: string; text: string } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const denied = nameProblem(name, taken);
  const importFile = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return;
    const text = await chosen.text();
    const { problem: wrong } = parseDocument(text);
    setProblem(wrong === null ? null : `${chosen.name}, line ${wrong.line}: ${wrong.message}`);
    if (wrong !== null) return;
    setImported({ name: chosen.name, text });
    if (name === '') setName(chosen.name.replace(/\.json$/, ''));
  };
  const begin = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (denied !== null) return;
    try {
      const text =
        imported?.text ??
        (copyOf === null ? TEMPLATES[cluster][template]! : (await readConfiguration(cluster, copyOf)).text);
      storeDraft(`new ${cluster}/${name}`, text);
      onClose();
      navigate(`${pathTo('configs', cluster, name, 'edit')}?new=1`);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <Dialog
      title={copyOf === null ? 'New configuration' : `Copy of ${copyOf}`}
      onClose={onClose}
      testId="configs-new-dialog"
    >
      <form class="form" onSubmit={(event) => void begin(event)}>
        <label class="field">
          <span>Name</span>
          <input
            value={name}
            data-testid="configs-new-name"
            aria-invalid={name !== '' && denied !== null ? 'true' : undefined}
            onInput={(event) => setName(event.currentTarget.value.trim())}
          />
        </label>
        {copyOf === null && imported === null && (
          <label class="field">
            <span>Begin with</span>
            <select value={template} onChange={(event) => setTemplate(event.currentTarget.value)}>
              {Object.keys(TEMPLATES[cluster]).map((entry) => (
                <option key={entry}>{entry}</option>
              ))}
            </select>
          </label>
        )}
        {copyOf === null && (
          <div class="row">
            <Button icon="upload" onClick={() => file.current?.click()}>
              {imported === null ? 'From a file…' : imported.name}
            </Button>
            <input
              ref={file}
              type="file"
              accept=".json,application/json"
              hidden
              aria-label="File to import"
              onChange={(event) => void importFile(event.currentTarget.files?.[0])}
            />
          </div>
        )}
        {name !== '' && denied !== null && <p class="inline-error">{denied}</p>}
        <InlineError text={problem} />
        <p class="muted">Nothing is stored before the first Apply.</p>
        <div class="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" denied={denied} testId="configs-new-begin">
            Edit
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function nameProblem(name: string, taken: readonly string[]): string | null {
  if (name === '') return 'A name is needed.';
  if (/[/\\]|^\.{1,2}$/.test(name)) return 'A name has no slashes.';
  return taken.includes(name) ? `There is a configuration ${name} already.` : null;
}
