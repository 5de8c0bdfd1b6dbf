/**
 * CodeMirror as the console uses it. It stands in a shadow root: there it may add its style sheets under the strict
 * Content-Security-Policy. Loaded when an editor is first shown.
 */
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab, redo, undo } from '@codemirror/commands';
import { cpp } from '@codemirror/lang-cpp';
import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { python } from '@codemirror/lang-python';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
  syntaxTree,
} from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

export type Language = 'json' | 'python' | 'javascript' | 'typescript' | 'c';

export interface KeyHelp {
  readonly key: string;
  readonly detail: string;
  readonly description: string;
  /** Text that is put in for the value. */
  readonly value: string;
}

export interface Mark {
  readonly line: number;
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'info';
}

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly language: Language;
  readonly label: string;
  readonly readOnly: boolean;
  readonly dark: boolean;
  /** Keys that a JSON document may have, for completion. */
  readonly keys: () => readonly KeyHelp[];
  readonly onChange: (text: string) => void;
  readonly onReview: () => void;
  /** Escape was pressed: the focus is to go on behind the editor. */
  readonly onLeave: () => void;
}

export interface Editor {
  setText(text: string): void;
  setMarks(marks: readonly Mark[]): void;
  setDark(dark: boolean): void;
  insert(text: string): void;
  undo(): void;
  redo(): void;
  focus(): void;
  destroy(): void;
}

export function createEditor(options: EditorOptions): Editor {
  const root = options.parent.shadowRoot ?? options.parent.attachShadow({ mode: 'open' });
  const theme = new Compartment();
  // Tab belongs to the text; Escape gives it back to the page
  const leave = {
    key: 'Escape',
    run: () => {
      options.onLeave();
      return true;
    },
  };
  const review = {
    key: 'Mod-s',
    preventDefault: true,
    run: () => {
      options.onReview();
      return true;
    },
  };
  const state = EditorState.create({
    doc: options.text,
    extensions: [
      lineNumbers(),
      foldGutter(),
      lintGutter(),
      history(),
      drawSelection(),
      bracketMatching(),
      indentOnInput(),
      indentUnit.of(options.language === 'json' ? ' ' : '    '),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches(),
      search({ top: true }),
      languageOf(options.language),
      autocompletion(options.language === 'json' ? { override: [completeKeys(options.keys)] } : {}),
      keymap.of([
        review,
        ...completionKeymap,
        ...searchKeymap,
        ...historyKeymap,
        ...foldKeymap,
        ...defaultKeymap,
        indentWithTab,
        leave,
      ]),
      EditorState.readOnly.of(options.readOnly),
      EditorView.editable.of(!options.readOnly),
      EditorView.contentAttributes.of({
        'aria-label': options.label,
        ...(options.readOnly ? { tabindex: '0' } : {}),
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) options.onChange(update.state.doc.toString());
      }),
      EditorView.lineWrapping,
      theme.of(themeOf(options.dark)),
    ],
  });
  const view = new EditorView({ state, parent: root as unknown as Element, root });
  return {
    setText: (text) => {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    setMarks: (marks) =>
      view.dispatch(
        setDiagnostics(
          view.state,
          marks.map((mark) => diagnosticOf(view.state, mark)),
        ),
      ),
    setDark: (dark) => view.dispatch({ effects: theme.reconfigure(themeOf(dark)) }),
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
    undo: () => undo(view),
    redo: () => redo(view),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

function diagnosticOf(state: EditorState, mark: Mark): Diagnostic {
  const line = state.doc.line(Math.min(Math.max(1, mark.line), state.doc.lines));
  return { from: line.from, to: line.to, severity: mark.severity, message: mark.message };
}

function languageOf(language: Language): Extension {
  switch (language) {
    case 'json':
      return json();
    case 'python':
      return python();
    case 'c':
      return cpp();
    default:
      return javascript({ typescript: language === 'typescript' });
  }
}

function completeKeys(
  keys: () => readonly KeyHelp[],
): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const word = context.matchBefore(/"?[\w]*/);
    if (word === null || (word.from === word.to && !context.explicit)) return null;
    const node = syntaxTree(context.state).resolveInner(context.pos, -1);
    if (
      !['Property', 'PropertyName', 'Object', '{', '⚠', 'JsonText'].includes(node.name) &&
      !context.explicit
    )
      return null;
    return {
      from: word.from,
      validFor: /^"?\w*$/,
      options: keys().map(({ key, detail, description, value }) => ({
        label: `"${key}"`,
        detail,
        info: description.replaceAll('`', ''),
        type: 'property',
        apply: `"${key}": ${value}`,
      })),
    };
  };
}

function themeOf(dark: boolean): Extension {
  const highlight = HighlightStyle.define([
    { tag: tags.propertyName, color: dark ? '#8ec5ff' : '#0949d8' },
    { tag: [tags.string, tags.special(tags.string)], color: dark ? '#a5d6a7' : '#0a6b3b' },
    { tag: [tags.number, tags.bool, tags.null], color: dark ? '#ffb37a' : '#8a3a00' },
    { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: dark ? '#d8a6ff' : '#7a1fa2' },
    { tag: [tags.comment, tags.meta], color: dark ? '#93a3b3' : '#5a6874', fontStyle: 'italic' },
    {
      tag: [tags.function(tags.variableName), tags.definition(tags.variableName)],
      color: dark ? '#ffe08a' : '#6b5200',
    },
  ]);
  const style = EditorView.theme(
    {
      '&': { height: '100%', backgroundColor: 'var(--bg)', color: 'var(--text)', fontSize: '13px' },
      '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', overflow: 'auto' },
      '.cm-content': { caretColor: 'var(--text)' },
      '&.cm-focused': { outline: '2px solid var(--primary)', outlineOffset: '-2px' },
      '.cm-cursor': { borderLeftColor: 'var(--text)' },
      '.cm-gutters': {
        backgroundColor: 'var(--surface)',
        color: 'var(--muted)',
        borderRight: '1px solid var(--line)',
      },
      '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: dark ? '#ffffff0a' : '#0000000a' },
      '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
        backgroundColor: 'var(--selection) !important',
      },
      '.cm-panels, .cm-tooltip': {
        backgroundColor: 'var(--raised)',
        color: 'var(--text)',
        border: '1px solid var(--line)',
      },
      '.cm-tooltip-autocomplete ul li[aria-selected]': {
        backgroundColor: 'var(--selection)',
        color: 'var(--text)',
      },
      '.cm-textfield': {
        backgroundColor: 'var(--bg)',
        color: 'var(--text)',
        border: '1px solid var(--control-line)',
      },
      '.cm-button': {
        backgroundImage: 'none',
        backgroundColor: 'var(--raised)',
        color: 'var(--text)',
        border: '1px solid var(--control-line)',
      },
      '.cm-foldPlaceholder': { backgroundColor: 'var(--raised)', color: 'var(--muted)', border: 'none' },
    },
    { dark },
  );
  return [style, syntaxHighlighting(highlight)];
}
