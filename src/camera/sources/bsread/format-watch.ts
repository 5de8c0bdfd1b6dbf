import type { InstanceLog } from '../../../instances/types.js';
import { CameraFailure, ExitCode } from '../../failure.js';

/** Milliseconds for which images may have the wrong size, or be missing, before the instance gives up. */
const FORMAT_ERROR_TIMEOUT = 10_000;

/** Notes since when images do not fit the camera. */
export class FormatWatch {
  private since: number | null = null;

  /** @param now milliseconds on a monotonic clock */
  constructor(
    private readonly log: InstanceLog,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get isWrong(): boolean {
    return this.since !== null;
  }

  /** An image fitted. */
  fitted(): void {
    if (this.since === null) return;
    this.since = null;
    this.log.info('Image format ok.');
  }

  /** An image did not fit, or had no value. @throws CameraFailure after 10 s without one that fits */
  failed(): void {
    if (this.since === null) {
      this.since = this.now();
      this.log.warning('Invalid image format.');
    }
    if (this.now() - this.since <= FORMAT_ERROR_TIMEOUT) return;
    throw new CameraFailure(ExitCode.wrongFormat, 'Invalid image format timeout: stopping instance.');
  }
}
