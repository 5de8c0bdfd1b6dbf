/** Names of configurations that are dragged from one list of the placement to another; each has a twin for the keyboard. */
import type { ComponentChildren, JSX } from 'preact';

interface DragNameProps {
  /** What is dropped. */
  readonly configuration: string;
  readonly readOnly: boolean;
  readonly testId: string;
  readonly children: ComponentChildren;
}

export function DragName({ configuration, readOnly, testId, children }: DragNameProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging has its twins in menus and dialogs
    <span
      class={readOnly ? '' : 'drag-name'}
      draggable={!readOnly}
      onDragStart={(event) => event.dataTransfer?.setData('text/plain', configuration)}
      data-testid={testId}
    >
      {children}
    </span>
  );
}

interface DropHandlers {
  readonly onDragOver: (event: DragEvent) => void;
  readonly onDrop: (event: DragEvent) => void;
}

/** For the element that takes names. */
export function dropHandlers(readOnly: boolean, take: (configuration: string) => void): DropHandlers {
  return {
    onDragOver: (event) => {
      if (!readOnly) event.preventDefault();
    },
    onDrop: (event) => {
      event.preventDefault();
      const name = event.dataTransfer?.getData('text/plain') ?? '';
      if (!readOnly && name !== '') take(name);
    },
  };
}
