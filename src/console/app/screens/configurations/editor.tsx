/** The editor of a stored configuration and of the instance that runs from it: draft, checks, review, apply. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Cluster, JsonRecord } from '../../core/plant.js';
import { numberOf, recordOf, textOf } from '../../core/values.js';
import { readSchema, type StoredDocument } from '../../data/configurations.js';
import { dropDraft, readDraft, storeDraft } from '../../data/drafts.js';
import { leaveGuard } from '../../data/navigation.js';
import { findInstance } from '../../data/plant.js';
import { CodeEditor, type Editor, type KeyHelp } from '../../editor/code-editor.jsx';
import { Button } from '../../ui/basics.jsx';
import { Menu } from '../../ui/menu.jsx';
import { Panel } from '../../ui/panel.jsx';
import { useResource } from '../../ui/resource.jsx';
import { CheckList } from './check-list.jsx';
import { useChecks } from './checks.js';
import { FormMode } from './form-mode.jsx';
import { ReviewDialog } from './review.jsx';

interface ConfigurationEditorProps {
  readonly cluster: Cluster;
  readonly name: string;
  /** Null: a new one. */
  readonly document: StoredDocument | null;
  readonly onSaved: () => void;
  readonly readOnlyReason?: string | null;
}

const NO_KEYS: readonly KeyHelp[] = [];

export function ConfigurationEditor(props: ConfigurationEditorProps): JSX.Element {
  const { cluster, name, document, onSaved, readOnlyReason = null } = props;
  const draftKey = document === null ? `new ${cluster}/${name}` : `${cluster}/${name}`;
  const original = document?.text ?? '{\n}';
  const [text, setText] = useState(() => readDraft(draftKey) ?? original);
  const [mode, setMode] = useState<'json' | 'form'>('json');
  const [reviewing, setReviewing] = useState(false);
  const editor = useRef<Editor | null>(null);
  const schema = useResource(`schema ${cluster}`, (signal) => readSchema(cluster, signal));
  const keys = useMemo(() => (schema.data === null ? NO_KEYS : keyHelp(schema.data)), [schema.data]);
  const checks = useChecks(cluster, name, text);
  const changed = text !== original;
  useEffect(() => {
    if (changed) storeDraft(draftKey, text);
    else dropDraft(draftKey);
    leaveGuard.value =
      changed && readDraft(draftKey) !== text ? () => 'Your changes are not applied. Leave?' : null;
    return () => {
      leaveGuard.value = null;
    };
  }, [changed, draftKey, text]);
  const marks = useMemo(
    () => checks.list.flatMap(({ line, ...rest }) => (line === null ? [] : [{ line, ...rest }])),
    [checks.list],
  );
  const errors = checks.list.filter((check) => check.severity === 'error');
  const blocked =
    readOnlyReason ?? reviewBlock(changed || document === null, errors.length, checks.unreachable);
  const review = (): void => {
    if (blocked === null) setReviewing(true);
  };
  const discard = (): void => {
    dropDraft(draftKey);
    setText(original);
  };
  return (
    <div class="editor-layout">
      <Panel
        id="editor"
        title={
          // biome-ignore lint/a11y/useSemanticElements: two buttons in a heading are no form
          <span class="segmented" role="group" aria-label="Mode">
            <Button kind="quiet" pressed={mode === 'json'} onClick={() => setMode('json')}>
              JSON
            </Button>
            <Button
              kind="quiet"
              pressed={mode === 'form'}
              onClick={() => setMode('form')}
              denied={checks.parsed.value === null ? 'Correct the syntax first.' : null}
            >
              Form
            </Button>
          </span>
        }
        note={readOnlyReason ?? (changed ? 'draft, not applied' : 'unchanged')}
        actions={
          <>
            <Button kind="quiet" label="Undo" onClick={() => editor.current?.undo()}>
              Undo
            </Button>
            <Button kind="quiet" label="Redo" onClick={() => editor.current?.redo()}>
              Redo
            </Button>
            <Button
              kind="quiet"
              onClick={() =>
                checks.parsed.value !== null && setText(JSON.stringify(checks.parsed.value, null, 1))
              }
              denied={checks.parsed.value === null ? 'Correct the syntax first.' : null}
            >
              Format
            </Button>
            <Button
              kind="quiet"
              onClick={() => setText(JSON.stringify({ ...checks.parsed.value, ...checks.defaults }, null, 1))}
              denied={Object.keys(checks.defaults).length === 0 ? 'No default is missing.' : readOnlyReason}
            >
              Insert defaults
            </Button>
            {keys.length > 0 && readOnlyReason === null && (
              <Menu
                label="Insert a key"
                text="Insert key"
                icon="plus"
                entries={keys
                  .filter(({ key }) => checks.parsed.value?.[key] === undefined)
                  .map(({ key, value }) => ({ label: key, run: () => setText(withKey(text, key, value)) }))}
              />
            )}
          </>
        }
      >
        {mode === 'form' && checks.parsed.value !== null ? (
          <FormMode
            document={checks.parsed.value}
            schema={schema.data ?? {}}
            readOnly={readOnlyReason !== null}
            onChange={(next) => setText(JSON.stringify(next, null, 1))}
          />
        ) : (
          <CodeEditor
            text={text}
            language="json"
            label={`Configuration ${name}`}
            readOnly={readOnlyReason !== null}
            keys={keys}
            marks={marks}
            onChange={setText}
            onReview={review}
            handle={editor}
          />
        )}
      </Panel>
      <Panel id="editor-checks" title="Checks" note={errors.length === 0 ? '' : `${errors.length} errors`}>
        <CheckList checks={checks.list} unreachable={checks.unreachable} />
        <span class="spacer" />
        <div class="row end">
          <Button onClick={discard} denied={changed ? null : 'Nothing was changed.'} testId="editor-discard">
            Discard
          </Button>
          <button
            type="button"
            class="button primary"
            aria-disabled={blocked === null ? undefined : 'true'}
            title={blocked ?? undefined}
            onClick={review}
            data-testid="editor-review"
          >
            Review and apply…
          </button>
        </div>
      </Panel>
      {reviewing && checks.parsed.value !== null && (
        <ReviewDialog
          cluster={cluster}
          name={name}
          document={document}
          text={text}
          config={checks.parsed.value}
          warnings={checks.list.filter((check) => check.severity === 'warning')}
          defaults={checks.defaults}
          instance={findInstance(cluster, name)}
          onEdit={setText}
          onClose={() => setReviewing(false)}
          onApplied={() => {
            dropDraft(draftKey);
            leaveGuard.value = null;
            setReviewing(false);
            onSaved();
          }}
        />
      )}
    </div>
  );
}

function reviewBlock(changed: boolean, errors: number, unreachable: string | null): string | null {
  if (errors > 0) return 'Correct the errors first.';
  if (unreachable !== null) return `The server cannot check it: ${unreachable}`;
  return changed ? null : 'Nothing was changed.';
}

/** Adds a key at the end of the outermost object, keeping the rest of the text as it is. */
function withKey(text: string, key: string, value: string): string {
  const end = text.lastIndexOf('}');
  const before = text.slice(0, end).trimEnd();
  const comma = before.endsWith('{') || before.endsWith(',') ? '' : ',';
  return `${before}${comma}\n "${key}": ${value}\n${text.slice(end)}`;
}

function keyHelp(schema: JsonRecord): readonly KeyHelp[] {
  return Object.entries(schema).map(([key, value]) => {
    const entry = recordOf(value);
    const types = [entry.type].flat().filter((type) => typeof type === 'string');
    const choices = Array.isArray(entry.enum)
      ? entry.enum.map((choice) => JSON.stringify(choice)).join(' | ')
      : null;
    return {
      key,
      detail: choices ?? types.join(' | '),
      description: textOf(entry.description) ?? '',
      value: entry.default === undefined ? exampleOf(types) : JSON.stringify(entry.default),
    };
  });
}

function exampleOf(types: readonly unknown[]): string {
  if (types.includes('boolean')) return 'false';
  if (types.includes('integer') || types.includes('number')) return '0';
  if (types.includes('array')) return '[]';
  if (types.includes('object')) return '{}';
  return numberOf(null) === null && types.includes('null') ? 'null' : '""';
}
