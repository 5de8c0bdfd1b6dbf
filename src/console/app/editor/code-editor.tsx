import type { JSX, Ref } from 'preact';
import { useEffect, useImperativeHandle, useRef, useState } from 'preact/hooks';
import { messageOf } from '../data/api.js';
import { currentTheme } from '../data/settings.js';
import { Failure, Skeleton } from '../ui/panel.jsx';
import type { Editor, KeyHelp, Language, Mark } from './create-editor.js';

export type { Editor, KeyHelp, Language, Mark } from './create-editor.js';

interface CodeEditorProps {
  readonly text: string;
  readonly language: Language;
  readonly label: string;
  readonly readOnly?: boolean;
  readonly keys?: readonly KeyHelp[];
  readonly marks?: readonly Mark[];
  readonly onChange?: (text: string) => void;
  readonly onReview?: () => void;
  readonly handle?: Ref<Editor | null>;
}

export function CodeEditor(props: CodeEditorProps): JSX.Element {
  const { text, language, label, readOnly = false, marks } = props;
  const host = useRef<HTMLDivElement>(null);
  const after = useRef<HTMLParagraphElement>(null);
  const [editor, setEditor] = useState<Editor | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const latest = useRef(props);
  latest.current = props;
  const dark = currentTheme() === 'dark';
  useEffect(() => {
    let made: Editor | null = null;
    let left = false;
    import('./create-editor.js')
      .then(({ createEditor }) => {
        if (left || host.current === null) return;
        made = createEditor({
          parent: host.current,
          text: latest.current.text,
          language,
          label,
          readOnly,
          dark,
          // they arrive later than the editor, which must not be made anew: that would lose what is being typed
          keys: () => latest.current.keys ?? [],
          onChange: (next) => latest.current.onChange?.(next),
          onReview: () => latest.current.onReview?.(),
          onLeave: () => after.current?.focus(),
        });
        setEditor(made);
      })
      .catch(setProblem);
    return () => {
      left = true;
      made?.destroy();
      setEditor(null);
    };
  }, [language, label, readOnly]);
  useEffect(() => editor?.setText(text), [editor, text]);
  useEffect(() => editor?.setMarks(marks ?? []), [editor, marks]);
  useEffect(() => editor?.setDark(dark), [editor, dark]);
  useImperativeHandle(props.handle ?? null, () => editor, [editor]);
  if (problem !== null) return <Failure message={`The editor could not be loaded: ${messageOf(problem)}`} />;
  return (
    <div class="code-editor">
      {editor === null && <Skeleton />}
      <div class="code-host" ref={host} data-testid="code-editor" />
      <p class="after-editor" tabIndex={-1} ref={after}>
        Out of the editor: Tab goes on from here.
      </p>
    </div>
  );
}
