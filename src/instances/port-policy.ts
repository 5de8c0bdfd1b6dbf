/** What becomes of the port of an instance that has ended. */
export interface PortPolicy {
  /** The ended instance keeps its port until it is deleted; started again it has the same. */
  readonly keepsPort: boolean;
  /** A new start tries the last port of that name first. */
  readonly prefersLastPort: boolean;
}

/**
 * The modes of the camera server (`--mode`). In every mode a camera whose source type has changed is created anew.
 *
 * | Mode | Port of a stopped camera | Port after the source type changed |
 * |---|---|---|
 * | 0, 2 | kept | the last one if free |
 * | 1 | kept | the next free one |
 * | 3 | given back; the next free one at the next start | the next free one |
 * | 4 | given back; the last one if free at the next start | the last one if free |
 */
export const CAMERA_MODES: readonly PortPolicy[] = [
  { keepsPort: true, prefersLastPort: true },
  { keepsPort: true, prefersLastPort: false },
  { keepsPort: true, prefersLastPort: true },
  { keepsPort: false, prefersLastPort: false },
  { keepsPort: false, prefersLastPort: true },
];

/** Pipelines behave like cameras in mode 3. */
export const PIPELINE_POLICY: PortPolicy = CAMERA_MODES[3]!;
